"""What a migrated database keeps by itself, whoever writes to it: defaults, triggers, constraints."""

from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import asyncpg
import pytest

Connection: TypeAlias = "asyncpg.Connection[Any]"

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


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.mark.parametrize("table", ONLY_WHAT_IS_REQUIRED)
async def test_row_needs_only_its_required_columns(database: Connection, table: str) -> None:
    await database.execute(ONLY_WHAT_IS_REQUIRED[table])
    assert await database.fetchval(f"SELECT count(*) FROM {table}") == 1


@pytest.mark.parametrize("table", sorted(ONLY_WHAT_IS_REQUIRED.keys() - {"result_reports"}))
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
