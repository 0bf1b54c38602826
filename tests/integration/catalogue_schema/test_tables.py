"""The tables as they stand in a migrated database: columns, indexes, constraints, defaults."""

from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import asyncpg
import pytest

Connection: TypeAlias = "asyncpg.Connection[Any]"

SERIAL = "integer NOT NULL"
TIMESTAMPS = {
    "created_at": "timestamp with time zone NOT NULL",
    "updated_at": "timestamp with time zone NOT NULL",
}
REPORT = {
    "event_id": "uuid NOT NULL",
    "occurred_at": "timestamp with time zone NOT NULL",
    "model_id": "integer NOT NULL",
    "benchmark_id": "integer NOT NULL",
    "score": "double precision NOT NULL",
    "date_tested": "date",
    "source": "character varying(255)",
}
COLUMNS = {
    "models": {
        "id": SERIAL,
        "name": "character varying(255) NOT NULL",
        "display_name": "character varying(255)",
        "organization": "character varying(255) NOT NULL",
        "release_date": "date",
        "description": "text",
        "license": "character varying(255)",
        "metadata": "jsonb",
        **TIMESTAMPS,
    },
    "benchmarks": {
        "id": SERIAL,
        "name": "character varying(255) NOT NULL",
        "category": "character varying(100)",
        "description": "text",
        "url": "character varying(500)",
        **TIMESTAMPS,
    },
    "benchmark_results": {"id": SERIAL, **REPORT, **TIMESTAMPS},
    "result_reports": {
        "id": "bigint NOT NULL",
        **REPORT,
        "created_at": "timestamp with time zone NOT NULL",
    },
    "opinions": {
        "id": SERIAL,
        "model_id": "integer NOT NULL",
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
    },
    "use_cases": {
        "id": SERIAL,
        "model_id": "integer NOT NULL",
        "use_case": "character varying(255) NOT NULL",
        "description": "text",
        "mentioned_by": "character varying(255)",
        **TIMESTAMPS,
    },
    "dead_letters": {
        "id": "bigint NOT NULL",
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
        **TIMESTAMPS,
    },
}
INDEXED = {
    "models": {"id!", "name!"},
    "benchmarks": {"id!", "name!", "category"},
    "benchmark_results": {
        "id!",
        "event_id!",
        "model_id",
        "benchmark_id",
        "model_id, benchmark_id",
        "model_id, benchmark_id, date_tested!",
    },
    "result_reports": {"id!", "event_id!", "model_id", "benchmark_id"},
    "opinions": {"id!", "event_id!", "model_id", "date_published"},
    "use_cases": {"id!", "model_id"},
    "dead_letters": {"id!", "event_id!", 'topic, partition, "offset"!'},
}
MODEL = "INSERT INTO models (name, organization) VALUES ('m', 'o') RETURNING id"
BENCHMARK = "INSERT INTO benchmarks (name) VALUES ('b') RETURNING id"
ONLY_WHAT_IS_REQUIRED = {
    "models": MODEL,
    "benchmarks": BENCHMARK,
    "benchmark_results": (
        f"WITH m AS ({MODEL}), b AS ({BENCHMARK}) "
        "INSERT INTO benchmark_results (model_id, benchmark_id, score) SELECT m.id, b.id, 1 FROM m, b"
    ),
    "result_reports": (
        f"WITH m AS ({MODEL}), b AS ({BENCHMARK}) "
        "INSERT INTO result_reports (model_id, benchmark_id, score) SELECT m.id, b.id, 1 FROM m, b"
    ),
    "opinions": f"WITH m AS ({MODEL}) INSERT INTO opinions (model_id, content) SELECT id, 'c' FROM m",
    "use_cases": f"WITH m AS ({MODEL}) INSERT INTO use_cases (model_id, use_case) SELECT id, 'u' FROM m",
    "dead_letters": (
        'INSERT INTO dead_letters (reason, detail, exception_class, topic, partition, "offset") '
        "VALUES ('invalid', 'd', 'E', 't', 0, 0)"
    ),
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


@each_table
async def test_row_needs_only_its_required_columns(database: Connection, table: str) -> None:
    await database.execute(ONLY_WHAT_IS_REQUIRED[table])
    row = await database.fetchrow(f"SELECT * FROM {table}")
    assert row is not None
    required = {name for name, declared in COLUMNS[table].items() if declared.endswith("NOT NULL")}
    assert {name for name in required if row[name] is None} == set()


@pytest.mark.parametrize("table", [table for table in COLUMNS if "updated_at" in COLUMNS[table]])
async def test_updated_at_moves_with_a_raw_update_that_changes_something_and_only_then(
    database: Connection, table: str
) -> None:
    await database.execute(ONLY_WHAT_IS_REQUIRED[table])
    inserted = await database.fetchval(f"SELECT updated_at FROM {table}")
    await database.execute(f"UPDATE {table} SET id = id")
    assert await database.fetchval(f"SELECT updated_at FROM {table}") == inserted
    await database.execute(f"UPDATE {table} SET id = id + 1, updated_at = '2000-01-01'")
    assert await database.fetchval(f"SELECT updated_at FROM {table}") > inserted


@pytest.mark.parametrize("sentiment", ["positive", "negative", "neutral", "mixed", None])
async def test_opinion_has_one_of_four_sentiments_or_none(
    database: Connection, sentiment: str | None
) -> None:
    await database.execute(ONLY_WHAT_IS_REQUIRED["opinions"])
    await database.execute("UPDATE opinions SET sentiment = $1", sentiment)


async def test_opinion_with_another_sentiment_is_refused(database: Connection) -> None:
    await database.execute(ONLY_WHAT_IS_REQUIRED["opinions"])
    with pytest.raises(asyncpg.CheckViolationError, match="ck_opinions_sentiment"):
        await database.execute("UPDATE opinions SET sentiment = 'ecstatic'")


@pytest.mark.parametrize("date_tested", ["'2026-03-09'", "NULL"])
async def test_one_result_stands_for_a_model_benchmark_and_date_also_without_a_date(
    database: Connection, date_tested: str
) -> None:
    await database.execute(MODEL)
    await database.execute(BENCHMARK)
    insert = (
        "INSERT INTO benchmark_results (model_id, benchmark_id, score, date_tested) "
        f"SELECT m.id, b.id, 1, {date_tested} FROM models m, benchmarks b"
    )
    await database.execute(insert)
    with pytest.raises(asyncpg.UniqueViolationError, match="uix_model_benchmark_date"):
        await database.execute(insert)


async def test_dead_letters_without_an_event_id_are_told_apart_by_where_they_stood(
    database: Connection,
) -> None:
    dead_letter = ONLY_WHAT_IS_REQUIRED["dead_letters"]
    await database.execute(dead_letter)
    await database.execute(dead_letter.replace("0, 0)", "0, 1)"))
    with pytest.raises(asyncpg.UniqueViolationError, match="uix_dead_letters_message"):
        await database.execute(dead_letter)
