"""The tables as they stand in a migrated database: columns and indexes."""

from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import asyncpg
import pytest

Connection: TypeAlias = "asyncpg.Connection[Any]"

ID = "bigint NOT NULL"
TIMESTAMPS = {
    "created_at": "timestamp with time zone NOT NULL",
    "updated_at": "timestamp with time zone NOT NULL",
}
REPORT = {
    "event_id": "uuid NOT NULL",
    "occurred_at": "timestamp with time zone NOT NULL",
    "model_id": ID,
    "benchmark_id": ID,
    "score": "double precision NOT NULL",
    "date_tested": "date",
    "source": "character varying(255)",
}
MEASURES = {
    "metric": "character varying(255)",
    "unit": "character varying(50)",
    "higher_is_better": "boolean",
    "stderr": "double precision",
    "ci_low": "double precision",
    "ci_high": "double precision",
    "ci_level": "double precision",
    "n": "bigint",
    "settings": "jsonb",
    "evaluator": "character varying(255)",
    "evaluator_relationship": "character varying(20)",
    "harness": "character varying(255)",
    "harness_version": "character varying(255)",
    "source_url": "character varying(500)",
    "run_id": "character varying(255)",
    "variant": "uuid",
}
ENTITY = {"id": "uuid NOT NULL", "is_active": "boolean NOT NULL", **TIMESTAMPS}
STANDING = {"reason": "character varying(50) NOT NULL", "status": "character varying(20) NOT NULL"}
COUNTED = {"slot": "smallint NOT NULL", "rows": "bigint NOT NULL"}
COLUMNS = {
    "models": {
        "id": ID,
        "name": "character varying(255) NOT NULL",
        "display_name": "character varying(255)",
        "organization": "character varying(255) NOT NULL",
        "release_date": "date",
        "description": "text",
        "license": "character varying(255)",
        "metadata": "jsonb",
        "deprecation_date": "date",
        "successor": "character varying(255)",
        **TIMESTAMPS,
    },
    "benchmarks": {
        "id": ID,
        "name": "character varying(255) NOT NULL",
        "category": "character varying(100)",
        "description": "text",
        "url": "character varying(500)",
        **TIMESTAMPS,
    },
    "model_prices": {
        "id": ID,
        "model_id": ID,
        "provider": "character varying(255) NOT NULL",
        "input": "numeric(18,6) NOT NULL",
        "output": "numeric(18,6) NOT NULL",
        "currency": "character varying(3) NOT NULL",
        "valid_from": "date NOT NULL",
        "source": "character varying(255)",
        "created_at": "timestamp with time zone NOT NULL",
    },
    "benchmark_metrics": {
        "id": ID,
        "benchmark_id": ID,
        "name": "character varying(255) NOT NULL",
        "higher_is_better": "boolean NOT NULL",
        "unit": "character varying(50)",
        "lowest": "double precision",
        "highest": "double precision",
        "ranks": "boolean NOT NULL",
        **TIMESTAMPS,
    },
    "benchmark_results": {
        "id": ID,
        **REPORT,
        **MEASURES,
        **TIMESTAMPS,
        "reported": "jsonb",
        "producer": "uuid",
    },
    "result_reports": {
        "id": ID,
        **REPORT,
        **MEASURES,
        "created_at": "timestamp with time zone NOT NULL",
        "reported": "jsonb",
        "fingerprint": "uuid",
        "producer": "uuid",
    },
    "opinions": {
        "id": ID,
        "model_id": ID,
        "content": "text NOT NULL",
        "sentiment": "character varying(50)",
        "source": "character varying(255)",
        "author": "character varying(255)",
        "date_published": "date",
        "tags": "text[]",
        "event_id": "uuid NOT NULL",
        "sentiment_confidence": "double precision",
        "classifier": "character varying(100)",
        **TIMESTAMPS,
        "reported": "jsonb",
        "fingerprint": "uuid",
        "producer": "uuid",
    },
    "use_cases": {
        "id": ID,
        "model_id": ID,
        "use_case": "character varying(255) NOT NULL",
        "description": "text",
        "mentioned_by": "character varying(255)",
        "event_id": "uuid NOT NULL",
        **TIMESTAMPS,
        "reported": "jsonb",
        "fingerprint": "uuid",
        "producer": "uuid",
        "category_id": "uuid",
    },
    "categories": {**ENTITY, "name": "character varying(255) NOT NULL", "description": "text"},
    "tags": {**ENTITY, "name": "character varying(100) NOT NULL"},
    "model_tags": {"model_id": ID, "tag_id": "uuid NOT NULL"},
    "tasks": {
        **ENTITY,
        "title": "character varying(255) NOT NULL",
        "description": "text",
        "priority": "character varying(20) NOT NULL",
        "status": "character varying(20) NOT NULL",
        "due_date": "date",
        "estimated_hours": "double precision",
        "assigned_to_id": "uuid",
        "kind": "character varying(20)",
        "name": "character varying(255)",
        "reason": "character varying(50)",
        "topic": "character varying(249)",
        "since": "timestamp with time zone",
        "waiting": "bigint",
    },
    "opinion_counts": {
        "model_id": ID,
        "sentiment": "character varying(50)",
        "month": "date NOT NULL",
        **COUNTED,
    },
    "opinion_segments": {"segment": ID, "is_gathered": "boolean NOT NULL"},
    "opinion_words": {
        "segment": ID,
        "bucket": "smallint NOT NULL",
        "words": "integer[] NOT NULL",
        "blocks": "integer[] NOT NULL",
    },
    "result_counts": {"model_id": ID, "benchmark_id": ID, **COUNTED},
    "use_case_counts": {"model_id": ID, **COUNTED},
    "dead_letter_counts": {"topic": "character varying(249) NOT NULL", **STANDING, **COUNTED},
    "dead_letter_model_counts": {"name": "uuid NOT NULL", **STANDING, **COUNTED},
    "dead_letter_benchmark_counts": {"name": "uuid NOT NULL", **STANDING, **COUNTED},
    "retractions": {
        "id": ID,
        "created_at": "timestamp with time zone NOT NULL",
        "event_id": "uuid NOT NULL",
        "occurred_at": "timestamp with time zone NOT NULL",
        "retracts": "uuid NOT NULL",
        "reason": "character varying(255) NOT NULL",
        "fingerprint": "uuid",
        "producer": "uuid",
    },
    "aliases": {
        "id": ID,
        "kind": "character varying(20) NOT NULL",
        "alias": "character varying(255) NOT NULL",
        "source": "character varying(255)",
        "confirmed_by": "character varying(255)",
        "evidence": "character varying(500)",
        "model_id": "bigint",
        "benchmark_id": "bigint",
        "organization": "character varying(255)",
        **TIMESTAMPS,
    },
    "bare_name_sources": {
        "source": "character varying(255) NOT NULL",
        "created_at": "timestamp with time zone NOT NULL",
    },
    "users": {
        **ENTITY,
        "email": "character varying(254) NOT NULL",
        "name": "character varying(255) NOT NULL",
        "role": "character varying(20) NOT NULL",
        "password_hash": "character varying(255)",
    },
    "api_keys": {
        **ENTITY,
        "name": "character varying(255) NOT NULL",
        "scopes": "text[] NOT NULL",
        "expires_at": "timestamp with time zone",
        "digest": "bytea NOT NULL",
        "last_four": "character varying(4) NOT NULL",
        "previous_digest": "bytea",
        "previous_ends_at": "timestamp with time zone",
        "last_used_at": "timestamp with time zone",
    },
    "sessions": {
        **ENTITY,
        "user_id": "uuid NOT NULL",
        "digest": "bytea NOT NULL",
        "expires_at": "timestamp with time zone NOT NULL",
    },
    "erasures": {
        "id": "uuid NOT NULL",
        "created_at": "timestamp with time zone NOT NULL",
        "kind": "character varying(20) NOT NULL",
        "done_at": "timestamp with time zone",
        "counts": "jsonb NOT NULL",
    },
    "suppressions": {
        "id": "bigint NOT NULL",
        "kind": "character varying(20) NOT NULL",
        "digest": "bytea NOT NULL",
        "erasure_id": "uuid",
    },
    "erased_events": {
        "id": "bigint NOT NULL",
        "erasure_id": "uuid NOT NULL",
        "event_id": "uuid NOT NULL",
        "producer": "uuid",
        "stood_at": "timestamp with time zone NOT NULL",
        "is_told": "boolean NOT NULL",
    },
    "audit_entries": {
        "id": ID,
        "created_at": "timestamp with time zone NOT NULL",
        "actor": "character varying(20) NOT NULL",
        "actor_id": "uuid",
        "action": "character varying(50) NOT NULL",
        "kind": "character varying(50) NOT NULL",
        "target": "character varying(255)",
        "address": "character varying(45)",
    },
    "dead_letters": {
        "id": ID,
        "event_id": "uuid",
        "reason": "character varying(50) NOT NULL",
        "detail": "text NOT NULL",
        "exception_class": "character varying(255) NOT NULL",
        "topic": "character varying(249) NOT NULL",
        "partition": "integer NOT NULL",
        "offset": "bigint NOT NULL",
        "key": "bytea",
        "value": "bytea",
        "headers": "jsonb NOT NULL",
        "model": "text",
        "benchmark": "text",
        "attempts": "integer NOT NULL",
        "status": "character varying(20) NOT NULL",
        "type": "character varying(50)",
        "source": "text",
        "failed_at": "timestamp with time zone NOT NULL",
        "history": "jsonb NOT NULL",
        "note": "text",
        "producer": "uuid",
        **TIMESTAMPS,
    },
}
INDEXED = {
    "models": {"id!", "name!", "normal_name(name::text)", "bare_name(name::text)"},
    "benchmarks": {"id!", "name!", "category", "normal_name(name::text)"},
    "model_prices": {"id!", "model_id, provider, currency, valid_from!"},
    "benchmark_metrics": {"id!", "benchmark_id!", "benchmark_id, name!"},
    "benchmark_results": {
        "id!",
        "event_id, producer!",
        "model_id, id",
        "benchmark_id, id",
        "source, id",
        "date_tested, id",
        "benchmark_id, model_id, date_tested, occurred_at",
        "model_id, benchmark_id, date_tested, variant!",
    },
    "result_reports": {
        "id!",
        "event_id, producer!",
        "model_id",
        "benchmark_id, model_id, date_tested, occurred_at",
    },
    "opinions": {
        "id!",
        "event_id, producer!",
        "model_id, id",
        "source, id",
        "author, id",
        "date_published, id",
        "model_id, source, tags",
    },
    "use_cases": {"id!", "event_id, producer!", "model_id, id", "category_id, id"},
    "categories": {"id!", "name!"},
    "tags": {"id!", "name!"},
    "model_tags": {"model_id, tag_id!", "tag_id, model_id"},
    "tasks": {"id!", "assigned_to_id", "created_at, id", "kind, name!", "reason, topic!"},
    "opinion_counts": {"model_id, sentiment, month, slot!"},
    "opinion_segments": {"segment!"},
    "opinion_words": {"segment, bucket!"},
    "result_counts": {"model_id, benchmark_id, slot!", "benchmark_id"},
    "use_case_counts": {"model_id, slot!"},
    "dead_letter_counts": {"topic, reason, status, slot!"},
    "dead_letter_model_counts": {"name, reason, status, slot!"},
    "dead_letter_benchmark_counts": {"name, reason, status, slot!"},
    "retractions": {"id!", "event_id, producer!", "retracts"},
    "aliases": {"id!", "kind, normal_name(alias::text), source!", "model_id", "benchmark_id"},
    "bare_name_sources": {"source!"},
    "users": {"id!", "lower(email::text)!"},
    "api_keys": {"id!"},
    "sessions": {"id!", "digest!", "user_id"},
    "audit_entries": {"id!", "target, id", "actor_id, id"},
    "erasures": {"id!"},
    "suppressions": {"id!", "kind, digest!", "kind!"},
    "erased_events": {"id!", "event_id, producer!", "id", "erasure_id, stood_at"},
    "dead_letters": {
        "id!",
        "event_id, producer, type!",
        "event_id, producer, type, md5(value)!",
        'topic, partition, "offset", md5(value), md5(detail)!',
        'topic, partition, "offset"',
        "bare_name(model)",
        "normal_name(benchmark)",
        "(md5(model)::uuid), id",
        "(md5(benchmark)::uuid), id",
        "status, id",
        "reason, id",
    },
}
each_table = pytest.mark.parametrize("table", COLUMNS)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def test_tables_are_those_of_the_design(database: Connection) -> None:
    found = await database.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert {row["tablename"] for row in found} == {*COLUMNS, "alembic_version"}


@each_table
async def test_table_has_its_columns(database: Connection, table: str) -> None:
    found = await database.fetch(
        "SELECT attname, format_type(atttypid, atttypmod) || "
        "CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END AS type "
        "FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped",
        table,
    )
    assert {row["attname"]: row["type"] for row in found} == COLUMNS[table]


@each_table
async def test_table_is_indexed_by_what_is_looked_up_and_no_more(database: Connection, table: str) -> None:
    found = await database.fetch(
        "SELECT string_agg(pg_get_indexdef(indexrelid, place, true), ', ' ORDER BY place) "
        "|| CASE WHEN indisunique THEN '!' ELSE '' END AS columns "
        "FROM pg_index, generate_series(1, indnatts) AS place "
        "WHERE indrelid = $1::text::regclass GROUP BY indexrelid, indisunique",
        table,
    )
    assert {row["columns"] for row in found} == INDEXED[table]
