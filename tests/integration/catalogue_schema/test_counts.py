"""Counts agree with the rows, whatever becomes of these."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, NamedTuple, TypeAlias

import asyncpg
import pytest
from alembic.command import downgrade
from alembic.config import Config
from catalogue_schema.tables.opinions import MONTH
from support.databases import ROOT, migrate

Connection: TypeAlias = "asyncpg.Connection[Any]"


class Counted(NamedTuple):
    table: str
    counts: str
    keys: str
    of_rows: str
    where: str = "true"


COUNTED = (
    Counted("opinions", "opinion_counts", "model_id, sentiment, month", f"model_id, sentiment, {MONTH}"),
    Counted("benchmark_results", "result_counts", "model_id, benchmark_id", "model_id, benchmark_id"),
    Counted("use_cases", "use_case_counts", "model_id", "model_id"),
    Counted("dead_letters", "dead_letter_counts", "topic, reason, status", "topic, reason, status"),
    *(
        Counted(
            "dead_letters",
            f"dead_letter_{kind}_counts",
            "name, reason, status",
            f"md5({kind})::uuid, reason, status",
            f"{kind} IS NOT NULL",
        )
        for kind in ("model", "benchmark")
    ),
)
CATALOGUE = """
INSERT INTO models (name, organization) SELECT 'model ' || n, 'lab' FROM generate_series(1, 9) AS n;
INSERT INTO benchmarks (name) VALUES ('MMLU'), ('GSM8K');
"""
ROWS = """
INSERT INTO opinions (model_id, content, sentiment, date_published)
SELECT 1 + n % 3, 'x', (ARRAY['positive', 'mixed', NULL])[1 + n % 5 % 3],
    CASE WHEN n % 4 > 0 THEN date '2025-01-20' + n END
FROM generate_series(1, 60) AS n;
INSERT INTO benchmark_results (model_id, benchmark_id, score, date_tested)
SELECT 1 + n % 3, 1 + n % 2, n, date '2025-01-01' + n FROM generate_series(1, 20) AS n;
INSERT INTO use_cases (model_id, use_case) VALUES (1, 'chat'), (2, 'chat'), (2, 'code');
INSERT INTO dead_letters
    (reason, detail, exception_class, topic, partition, "offset", model, benchmark, status)
SELECT (ARRAY['unknown_model', 'unknown_benchmark', 'invalid'])[1 + n % 3], 'd', 'E', 'topic ' || n % 2, 0, n,
    (ARRAY['a', 'b', repeat('long ', 5000), NULL])[1 + n % 4], (ARRAY['MMLU', NULL])[1 + n % 2],
    (ARRAY['open', 'discarded'])[1 + n % 5 / 4]
FROM generate_series(1, 60) AS n;
"""
UPSERT = """
INSERT INTO benchmark_results (model_id, benchmark_id, score, date_tested)
VALUES (1, 2, 5, '2025-01-04'), (1, 1, 5, '2020-01-01')
ON CONFLICT ON CONSTRAINT uix_model_benchmark_date DO UPDATE SET score = excluded.score
"""
REPEAT = """
INSERT INTO opinions (event_id, model_id, content) SELECT event_id, model_id, content FROM opinions
ON CONFLICT (event_id, producer) DO NOTHING
"""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database_url)
    await connection.execute(CATALOGUE)
    await connection.execute(ROWS)
    yield connection
    await connection.close()


async def differences(database: Connection) -> list[Any]:
    """What is counted otherwise than it is."""
    found = []
    for table, counts, keys, of_rows, where in COUNTED:
        kept = f"SELECT {keys}, sum(rows)::bigint FROM {counts} GROUP BY {keys} HAVING sum(rows) <> 0"
        there = f"SELECT {of_rows}, count(*) FROM {table} WHERE {where} GROUP BY {of_rows}"
        found += await database.fetch(f"({kept} EXCEPT {there}) UNION ALL ({there} EXCEPT {kept})")
    return found


async def test_rows_that_are_inserted_are_counted(database: Connection) -> None:
    assert await database.fetchval("SELECT sum(rows) FROM opinion_counts") == 60
    assert await differences(database) == []


@pytest.mark.parametrize(
    "change",
    [
        REPEAT,
        UPSERT,
        "UPDATE opinions SET sentiment = 'negative' WHERE id % 2 = 0",
        "UPDATE opinions SET sentiment = NULL",
        "UPDATE opinions SET date_published = date_published + 31",
        "UPDATE opinions SET date_published = NULL",
        "UPDATE opinions SET model_id = 9 WHERE model_id = 1",
        "UPDATE opinions SET content = 'y'",
        "DELETE FROM opinions WHERE id % 2 = 0",
        "DELETE FROM opinions; DELETE FROM benchmark_results; DELETE FROM use_cases",
        "DELETE FROM models WHERE id = 1",
        "DELETE FROM models",
        "DELETE FROM benchmarks WHERE id = 1",
        "DELETE FROM models WHERE id = 9",
        "UPDATE dead_letters SET status = 'replaying' WHERE reason = 'unknown_model'",
        "UPDATE dead_letters SET reason = 'invalid', model = 'c' WHERE model IS NULL",
        "UPDATE dead_letters SET model = NULL",
        "UPDATE dead_letters SET note = 'seen'",
        "DELETE FROM dead_letters WHERE id % 3 = 0",
    ],
)
async def test_counts_follow_a_change(database: Connection, change: str) -> None:
    await database.execute(change)
    assert await differences(database) == []


async def test_a_change_that_is_rolled_back_is_not_counted(database: Connection) -> None:
    transaction = database.transaction()
    await transaction.start()
    await database.execute("DELETE FROM opinions")
    await transaction.rollback()
    assert await database.fetchval("SELECT sum(rows) FROM opinion_counts") == 60


async def test_writers_at_once_neither_deadlock_nor_lose_a_count(
    database: Connection, database_url: str
) -> None:
    # More than there are slots, so that some share one; each in another order of the models.
    insert = "INSERT INTO opinions (model_id, content) SELECT model, 'x' FROM unnest($1::bigint[]) AS model"

    async def write(number: int) -> None:
        connection = await asyncpg.connect(database_url)
        models = [1 + (number + step * (1 if number % 2 else -1)) % 9 for step in range(9)]
        for _ in range(10):
            await connection.execute(insert, models)
        await connection.close()

    await asyncio.gather(*(write(number) for number in range(20)))
    assert await database.fetchval("SELECT sum(rows) FROM opinion_counts") == 60 + 20 * 10 * 9
    assert await differences(database) == []


async def test_a_writer_does_not_wait_for_another_that_has_not_committed(
    database: Connection, database_url: str
) -> None:
    # Of connections made one after the other, two neighbours have slots of their own.
    other = await asyncpg.connect(database_url)
    slots = "SELECT mod(pg_backend_pid(), 16)"
    assert await other.fetchval(slots) != await database.fetchval(slots)
    insert = "INSERT INTO opinions (model_id, content) VALUES (1, 'x')"
    async with database.transaction():
        await database.execute(insert)
        await asyncio.wait_for(other.execute(insert), 10)
    await other.close()
    assert await differences(database) == []


async def test_a_writer_needs_no_right_on_the_counts(database: Connection) -> None:
    role = "writer_without_rights"
    await database.execute(f"CREATE ROLE {role}; GRANT SELECT, INSERT ON opinions TO {role}")
    await database.execute(f"GRANT USAGE ON SEQUENCE opinions_id_seq TO {role}; SET ROLE {role}")
    try:
        await database.execute("INSERT INTO opinions (model_id, content) VALUES (1, 'x')")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.execute("UPDATE opinion_counts SET rows = 0")
    finally:
        await database.execute(f"RESET ROLE; DROP OWNED BY {role}; DROP ROLE {role}")
    assert await differences(database) == []


async def test_rows_from_before_the_counts_are_counted_by_the_migration(empty_database_url: str) -> None:
    await asyncio.to_thread(migrate, empty_database_url, "0002")
    database = await asyncpg.connect(empty_database_url)
    await database.execute(CATALOGUE)
    await database.execute(ROWS)
    await asyncio.to_thread(migrate, empty_database_url)
    assert await database.fetchval("SELECT sum(rows) FROM opinion_counts") == 60
    assert await differences(database) == []
    await database.execute("DELETE FROM models WHERE id = 2")
    assert await differences(database) == []
    await database.close()


async def test_counts_are_right_after_an_upgrade_and_a_downgrade(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(migrate, empty_database_url)
    database = await asyncpg.connect(empty_database_url)
    await database.execute(CATALOGUE)
    await database.execute(ROWS)
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    await asyncio.to_thread(downgrade, Config(ROOT / "migrations/alembic.ini"), "0012")
    await database.execute("DELETE FROM opinions WHERE id % 2 = 0")
    assert await database.fetchval("SELECT sum(rows) FROM opinion_counts") == 30
    await asyncio.to_thread(migrate, empty_database_url)
    await database.execute("DELETE FROM opinions WHERE id % 3 = 0")
    assert await differences(database) == []
    await database.close()
