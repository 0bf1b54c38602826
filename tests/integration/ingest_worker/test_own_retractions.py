"""A retraction takes back its producer's own event, and what is everybody's."""

from typing import Any
from uuid import UUID

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
from ingest_worker.writing import Recording, write_events
from sqlalchemy.ext.asyncio import AsyncEngine
from support.rows import batch

ANN, BOB = UUID(int=1), UUID(int=2)
EVENT_ID = UUID("0198f000-0000-7000-8000-000000000001")
SHARED = {"model": "lab/model", "event_id": EVENT_ID}
REPORT = ResultReported(**SHARED, benchmark="MMLU", score=1, occurred_at="2026-03-09T12:00:00Z")
Kind = tuple[Recording, Event, str]
KINDS: list[Kind] = [
    (OPINIONS, OpinionClassified(**SHARED, content="Good.", sentiment="positive"), "opinions"),
    (USE_CASES, UseCaseMentioned(**SHARED, use_case="Coding"), "use_cases"),
    (RESULTS, REPORT, "benchmark_results"),
]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=["opinion", "use case", "result"])


class Ingest:
    """Records one event, and takes its id back, as different producers; `rows` are whose they are."""

    def __init__(self, engine: AsyncEngine, tables: Any, kind: Kind) -> None:
        self._engine, self._tables = engine, tables
        self._recording, self._event, self._table = kind

    async def record(self, producer: UUID | None) -> None:
        assert await write_events(self._engine, self._recording, batch(self._event, producer=producer)) == []

    async def retract(self, producer: UUID | None) -> None:
        event = SubmissionRetracted(retracts=EVENT_ID, reason="Wrong")
        assert await write_events(self._engine, RETRACTIONS, batch(event, producer=producer)) == []

    async def rows(self) -> list[UUID | None]:
        return [row["producer"] for row in await self._tables.all(self._table)]


@pytest.fixture
def ingest(engine: AsyncEngine, tables: Any, kind: Kind) -> Ingest:
    return Ingest(engine, tables, kind)


@each_kind
async def test_another_producer_s_event_stays_whichever_comes_first(ingest: Ingest) -> None:
    await ingest.retract(BOB)
    await ingest.record(ANN)
    await ingest.retract(BOB)
    assert await ingest.rows() == [ANN]


@each_kind
@pytest.mark.parametrize(("of", "by"), [(ANN, ANN), (None, ANN), (ANN, None), (None, None)])
async def test_an_own_event_goes_and_what_names_no_producer_is_everybody_s(
    ingest: Ingest, of: UUID | None, by: UUID | None
) -> None:
    await ingest.record(of)
    await ingest.retract(by)
    assert await ingest.rows() == []
    await ingest.record(of)
    assert await ingest.rows() == []


@each_kind
async def test_what_was_taken_back_before_there_were_producers_does_not_come_back(ingest: Ingest) -> None:
    await ingest.record(None)
    await ingest.retract(None)
    await ingest.record(ANN)
    assert await ingest.rows() == []


@pytest.mark.parametrize("kind", KINDS[2:])
@pytest.mark.parametrize(("by", "left"), [(ANN, BOB), (BOB, ANN)], ids=["Ann's", "Bob's"])
async def test_of_two_producers_reports_for_one_place_the_other_s_stands_then(
    ingest: Ingest, tables: Any, by: UUID, left: UUID
) -> None:
    await ingest.record(ANN)
    await ingest.record(BOB)
    await ingest.retract(by)
    assert await ingest.rows() == [left]
    assert len(await tables.all("result_reports")) == 2, "the history has both"
    await ingest.retract(left)
    assert await ingest.rows() == []


async def test_an_event_is_not_lost_to_a_repeat_of_one_that_was_taken_back(
    engine: AsyncEngine, tables: Any
) -> None:
    """In one batch with nobody's, which alone is Bob's to take back."""
    recording, event, table = KINDS[0]
    await Ingest(engine, tables, KINDS[0]).retract(BOB)
    together = [*batch(event), *batch(event, producer=ANN)]
    assert await write_events(engine, recording, together) == []
    assert [row["producer"] for row in await tables.all(table)] == [ANN]
