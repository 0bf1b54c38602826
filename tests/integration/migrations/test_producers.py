"""A catalogue of the version before gets producers, and loses them again, with its rows."""

import asyncio
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from alembic.command import downgrade
from alembic.config import Config
from catalogue_messaging.failures import Received
from catalogue_schema.database import create_engine
from catalogue_schema.events import (
    DeadLetter,
    Event,
    OpinionClassified,
    ResultReported,
    SubmissionRetracted,
    UseCaseMentioned,
)
from ingest_worker.dead_letters import record_dead_letters
from ingest_worker.opinions import OPINIONS
from ingest_worker.results import RESULTS
from ingest_worker.retractions import RETRACTIONS
from ingest_worker.use_cases import USE_CASES
from ingest_worker.writing import Recording, write_events
from sqlalchemy.ext.asyncio import AsyncEngine
from support.databases import ROOT, migrate
from support.kafka import record
from support.rows import batch, create_catalogue

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
MODEL: dict[str, Any] = {"model": "lab/model", "occurred_at": NOON}
ANN, BOB = UUID(int=1), UUID(int=2)
EVENTS: list[tuple[Recording, Event, Event]] = [
    (
        OPINIONS,
        OpinionClassified(**MODEL, content="Good.", sentiment="positive"),
        OpinionClassified(**MODEL, content="Bad.", sentiment="negative"),
    ),
    (USE_CASES, UseCaseMentioned(**MODEL, use_case="Coding"), UseCaseMentioned(**MODEL, use_case="Chat")),
    (
        RESULTS,
        ResultReported(**MODEL, benchmark="MMLU", score=1),
        ResultReported(**MODEL, benchmark="GSM8K", score=2),
    ),
    (
        RETRACTIONS,
        SubmissionRetracted(retracts=UUID(int=3), reason="Wrong", occurred_at=NOON),
        SubmissionRetracted(retracts=UUID(int=4), reason="Old", occurred_at=NOON),
    ),
]
FILL = """
INSERT INTO opinions (model_id, content, sentiment, event_id, fingerprint)
VALUES (1, 'Good.', 'positive', $1, $2);
INSERT INTO use_cases (model_id, use_case, event_id, fingerprint) VALUES (1, 'Coding', $3, $4);
INSERT INTO result_reports (model_id, benchmark_id, score, occurred_at, event_id, fingerprint)
VALUES (1, 1, 1, $7, $5, $6);
INSERT INTO benchmark_results (model_id, benchmark_id, score, occurred_at, event_id)
VALUES (1, 1, 1, $7, $5);
INSERT INTO retractions (retracts, reason, occurred_at, event_id, fingerprint)
VALUES ($10, 'Wrong', $7, $8, $9);
"""
TABLES = ("opinions", "use_cases", "result_reports", "benchmark_results", "retractions", "dead_letters")
COUNTED = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in TABLES)


def fingerprint(event: Event) -> UUID:
    return UUID(bytes=blake2b(event.said(), digest_size=16).digest())


async def fill(url: str) -> None:
    """As the version before wrote the first of each kind's events."""
    values: dict[str, Any] = {"$7": NOON, "$10": UUID(int=3)}
    for place, (_, event, _) in zip((1, 3, 5, 8), EVENTS, strict=True):
        values |= {f"${place}": event.event_id, f"${place + 1}": fingerprint(event)}
    connection = await asyncpg.connect(url)
    for statement in filter(str.strip, FILL.split(";\n")):
        named = sorted({name for name in values if name in statement}, key=len, reverse=True)
        for name in named:
            statement = statement.replace(name, f"'{values[name]}'")
        await connection.execute(statement)
    await connection.close()


async def send(engine: AsyncEngine, producer: UUID | None, number: int) -> None:
    """The first or the second of each kind's events, under the first one's id, and a dead letter."""
    for recording, *events in EVENTS:
        event = events[number].model_copy(update={"event_id": events[0].event_id})
        assert await write_events(engine, recording, batch(event, producer=producer)) == []
    await record_dead_letters(engine, [Received(record(b""), letter(producer))])


def letter(producer: UUID | None) -> DeadLetter:
    usual: dict[str, Any] = {"topic": "catalogue.results.reported.v1", "partition": 0, "offset": 0}
    failed = {"reason": "invalid", "detail": "d", "exception_class": "E", "value": b"v"}
    return DeadLetter(event_id=UUID(int=5), producer=producer, **usual | failed)


async def counts(url: str) -> list[int]:
    connection = await asyncpg.connect(url)
    row = await connection.fetchrow(COUNTED)
    await connection.close()
    assert row is not None
    return [*row]


async def test_events_of_before_are_everybody_s_and_of_several_producers_the_first_outlives_a_downgrade(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = empty_database_url
    await asyncio.to_thread(migrate, url, "0012")
    engine = create_engine(url)
    await create_catalogue(engine)
    await fill(url)
    before = await counts(url)
    assert before == [1, 1, 1, 1, 1, 0]

    await asyncio.to_thread(migrate, url)
    await send(engine, ANN, 0)
    assert await counts(url) == [1, 1, 1, 1, 1, 1], "whoever repeats what is there adds nothing to it"
    await send(engine, BOB, 1)
    assert await counts(url) == [2, 2, 2, 2, 2, 2]

    monkeypatch.setenv("DATABASE_URL", url)
    await engine.dispose()
    await asyncio.to_thread(downgrade, Config(ROOT / "migrations/alembic.ini"), "0012")
    assert await counts(url) == [1, 1, 1, 1, 1, 1]
    await asyncio.to_thread(migrate, url)
    await send(engine, BOB, 0)
    assert await counts(url) == [1, 1, 1, 1, 1, 2], "it is everybody's again"
    await engine.dispose()
