import asyncio
from typing import Any

import pytest
from catalogue_messaging.failures import TransientError
from catalogue_schema.database import create_engine
from catalogue_schema.events import ResultReported
from ingest_worker.results import RESULTS
from ingest_worker.transactions import ConstraintError, open_engine, transaction
from ingest_worker.writing import write_events
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.proxies import proxied
from support.rows import batch, rows

RESULT = ResultReported(model="lab/model", benchmark="MMLU", score=1.0)


async def execute(engine: AsyncEngine, *statements: str) -> None:
    async with transaction(engine) as connection:
        for statement in statements:
            await connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO models (name, organization) VALUES ('lab/model', 'again')",  # unique
        "INSERT INTO opinions (model_id, content) VALUES (-1, 'of nothing')",  # foreign key
        "INSERT INTO opinions (model_id) VALUES (1)",  # not null
        "INSERT INTO opinions (model_id, content, sentiment) VALUES (1, 'x', 'furious')",  # check
        "SELECT CAST('9999-99-99' AS date)",
        "SELECT CAST(3000000000 AS int)",
    ],
)
async def test_what_the_database_refuses_for_its_values_is_permanent(
    engine: AsyncEngine, statement: str
) -> None:
    with pytest.raises(ConstraintError):
        await execute(engine, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM a_table_that_a_migration_makes",
        "SELECT a_column_that_a_migration_makes FROM models",
        "SELECT pg_terminate_backend(pg_backend_pid())",
        "SET LOCAL statement_timeout = 20; SELECT pg_sleep(10)",
    ],
)
async def test_what_is_wrong_with_the_database_passes(engine: AsyncEngine, statement: str) -> None:
    with pytest.raises(TransientError):
        await execute(engine, *statement.split(";"))


async def test_a_database_that_is_away_is_a_transient_failure_of_the_whole_batch(free_port: int) -> None:
    engine = create_engine(f"postgresql://user:secret@127.0.0.1:{free_port}/none")
    with pytest.raises(TransientError) as error:
        await write_events(engine, RESULTS, batch(RESULT))
    assert "secret" not in str(error.value)
    await engine.dispose()


async def test_a_database_without_tables_is_a_transient_failure(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)
    with pytest.raises(TransientError, match="does not exist"):
        await write_events(engine, RESULTS, batch(RESULT))
    await engine.dispose()


async def test_nothing_of_a_failed_transaction_stays(engine: AsyncEngine, tables: Any) -> None:
    with pytest.raises(ConstraintError):
        await execute(engine, "DELETE FROM models", "SELECT 1 / 0")
    assert len(await tables.all("models")) == 2


async def test_a_connection_that_the_server_closed_is_replaced(engine: AsyncEngine) -> None:
    with pytest.raises(TransientError):
        await execute(engine, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert await write_events(engine, RESULTS, batch(RESULT)) == []


async def test_a_network_that_is_gone_without_a_word_is_a_transient_failure(
    engine: AsyncEngine, database_url: str
) -> None:
    async with proxied(database_url) as (url, proxy):
        behind = open_engine(url, command_timeout=1)
        assert await write_events(behind, RESULTS, batch(RESULT)) == []
        proxy.freeze()
        async with asyncio.timeout(20):
            with pytest.raises(TransientError):
                await write_events(behind, RESULTS, batch(RESULT))
        proxy.mend()
        assert await write_events(behind, RESULTS, batch(RESULT)) == []
        await behind.dispose()
    assert await rows(engine, "SELECT count(*) AS n FROM result_reports") == [{"n": 1}]
