"""The services' rights: enough for all that they do, and nothing that they do not use."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from catalogue_messaging.failures import Received
from catalogue_schema.database import create_engine
from catalogue_schema.events import (
    DeadLetter,
    OpinionClassified,
    ResultReported,
    SubmissionRetracted,
    UseCaseMentioned,
)
from ingest_worker.dead_letters import record_dead_letters
from ingest_worker.opinions import OPINIONS
from ingest_worker.results import RESULTS
from ingest_worker.retractions import RETRACTIONS
from ingest_worker.tasks import Limits, keep_tasks
from ingest_worker.use_cases import USE_CASES
from ingest_worker.writing import write_events
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine
from support.databases import grant
from support.kafka import record
from support.rows import batch, create_catalogue

ROLES = ("catalogue_api", "ingest_worker")
KNOWN = {"model": "lab/model"}
RESULT: dict[str, Any] = {**KNOWN, "benchmark": "MMLU", "score": 1.0}
LETTER = uuid4()
FAILED: dict[str, Any] = {"reason": "unknown_model", "detail": "d", "exception_class": "E", "topic": "t",
                          "partition": 1, "offset": 2}  # fmt: skip


@pytest.fixture
async def granted(database_url: str) -> str:
    """The URL of a catalogue whose services have their rights."""
    connection = await asyncpg.connect(database_url)
    for role in ROLES:  # of the whole server: another test may be making them at this moment
        make = f"CREATE ROLE {role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL"
        await connection.execute(f"DO $$ BEGIN {make}; END $$")
    await connection.close()
    await asyncio.to_thread(grant, database_url)
    owner = create_engine(database_url)
    await create_catalogue(owner)
    await owner.dispose()
    return database_url


@asynccontextmanager
async def engine_as(role: str, url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(url, connect_args={"server_settings": {"role": role}})
    yield engine
    await engine.dispose()


@pytest.fixture
async def as_ingest_worker(granted: str) -> AsyncIterator[AsyncEngine]:
    async with engine_as("ingest_worker", granted) as engine:
        yield engine


async def test_it_may_write_every_event_again_and_again(as_ingest_worker: AsyncEngine) -> None:
    earlier, later = ResultReported(**RESULT), ResultReported(**RESULT)
    use_case = UseCaseMentioned(**KNOWN, use_case="Coding")
    opinion = OpinionClassified(**KNOWN, content="Good.", sentiment="positive")
    retraction = SubmissionRetracted(retracts=later.event_id, reason="Sent twice")
    for attempt in (1, 2):
        assert await write_events(as_ingest_worker, OPINIONS, batch(opinion)) == []
        assert await write_events(as_ingest_worker, RESULTS, batch(later, earlier)) == []
        assert await write_events(as_ingest_worker, USE_CASES, batch(use_case)) == []
        assert await write_events(as_ingest_worker, RETRACTIONS, batch(retraction)) == []
        for event_id in (uuid4(), LETTER, None):
            letter = DeadLetter(event_id=event_id, attempts=attempt, **FAILED)
            assert await record_dead_letters(as_ingest_worker, [Received(record(b""), letter)]) == []
        await keep_tasks(as_ingest_worker, Limits(more_than=1, window=60))


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("ingest_worker", "SELECT content FROM opinions"),
        ("ingest_worker", "SELECT description FROM models"),
        ("ingest_worker", "SELECT use_case FROM use_cases"),
        ("ingest_worker", "UPDATE benchmark_results SET model_id = 1"),
        ("ingest_worker", "DELETE FROM result_reports"),
        ("ingest_worker", "DELETE FROM retractions"),
        ("ingest_worker", "UPDATE tasks SET title = 'x'"),
        ("ingest_worker", "DELETE FROM tasks"),
        ("ingest_worker", "SELECT name FROM tags"),
        ("catalogue_api", "SELECT password_hash FROM users"),
        ("catalogue_api", "DELETE FROM opinions"),
        ("catalogue_api", "DELETE FROM result_reports"),
        ("catalogue_api", "SELECT slot FROM opinion_counts"),
        ("catalogue_api", "SELECT version_num FROM alembic_version"),
    ],
)
async def test_a_service_may_not_do_what_it_does_not_use(granted: str, role: str, statement: str) -> None:
    async with engine_as(role, granted) as engine:
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with engine.begin() as connection:
                await connection.execute(text(statement))
