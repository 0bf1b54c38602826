"""What is taken back goes, whichever comes first, and what it had replaced stands again."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from catalogue_schema.events import (
    Event,
    OpinionClassified,
    ResultReported,
    SubmissionRetracted,
    UseCaseMentioned,
)
from ingest_worker.opinions import OPINIONS
from ingest_worker.results import RESULTS
from ingest_worker.retractions import RETRACTIONS
from ingest_worker.use_cases import USE_CASES
from ingest_worker.writing import Recording, rows, write_events
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.locks import lock_waits
from support.polling import eventually
from support.rows import batch

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
KNOWN = {"model": "lab/model"}
OTHERS: list[tuple[Recording, Event, str]] = [
    (OPINIONS, OpinionClassified(**KNOWN, content="Good.", sentiment="positive"), "opinions"),
    (USE_CASES, UseCaseMentioned(**KNOWN, use_case="Coding"), "use_cases"),
    (RESULTS, ResultReported(**KNOWN, benchmark="MMLU", score=1.0), "benchmark_results"),
]
each_kind = pytest.mark.parametrize(("recording", "event", "table"), OTHERS, ids=["opinion", "use", "result"])


def result(score: float, hour: float) -> ResultReported:
    moment = NOON + timedelta(hours=hour)
    return ResultReported(**KNOWN, benchmark="MMLU", score=score, occurred_at=moment)


def retraction(*events: Event) -> list[SubmissionRetracted]:
    return [SubmissionRetracted(retracts=event.event_id, reason="Sent by mistake") for event in events]


async def retract(engine: AsyncEngine, *events: Event) -> None:
    assert await write_events(engine, RETRACTIONS, batch(*retraction(*events))) == []


@each_kind
async def test_what_is_retracted_goes_and_does_not_come_back(
    engine: AsyncEngine, tables: Any, recording: Recording, event: Event, table: str
) -> None:
    await write_events(engine, recording, batch(event))
    assert len(await tables.all(table)) == 1
    for _ in range(2):
        await retract(engine, event)
        assert await tables.all(table) == []
        await write_events(engine, recording, batch(event))
    assert await tables.all(table) == []


@each_kind
async def test_a_retraction_may_come_first(
    engine: AsyncEngine, tables: Any, recording: Recording, event: Event, table: str
) -> None:
    await retract(engine, event)
    await write_events(engine, recording, batch(event))
    assert await tables.all(table) == []


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
async def test_what_was_replaced_stands_again(
    engine: AsyncEngine, tables: Any, order: tuple[int, ...]
) -> None:
    reports = [result(score, score) for score in (0, 1, 2)]
    await write_events(engine, RESULTS, batch(*reports))
    left = {0, 1, 2}
    for number in order:
        await retract(engine, reports[number])
        left.remove(number)
        assert [row["score"] for row in await tables.results()] == ([max(left)] if left else [])
    assert len(await tables.all("result_reports")) == 3, "the history has them all"


async def test_several_are_retracted_at_once_and_others_stay(engine: AsyncEngine, tables: Any) -> None:
    reports = [result(score, score) for score in range(5)]
    other = ResultReported(**KNOWN, benchmark="GSM8K", score=9.0)
    await write_events(engine, RESULTS, batch(*reports, other))
    await retract(engine, reports[4], reports[3], reports[1])
    assert sorted(row["score"] for row in await tables.results()) == [2, 9]


@each_kind
async def test_an_event_that_is_being_written_is_waited_for(
    engine: AsyncEngine, tables: Any, recording: Recording, event: Event, table: str
) -> None:
    async with engine.begin() as writing:
        await writing.execute(recording.statement, rows(batch(event)))
        retracting = asyncio.create_task(retract(engine, event))
        await eventually(lambda: lock_waits(engine), lambda waits: waits or retracting.done())
        assert not retracting.done()
    await retracting
    assert await tables.all(table) == []


async def test_the_counts_follow(engine: AsyncEngine) -> None:
    recording, event, _ = OTHERS[0]
    await write_events(engine, recording, batch(event))
    await retract(engine, event)
    async with engine.connect() as connection:
        counted = await connection.execute(text("SELECT sum(rows) FROM opinion_counts"))
        assert counted.scalar_one() == 0
