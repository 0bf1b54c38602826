"""An event's id is its producer's own; what has no producer is everybody's."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from catalogue_messaging.failures import Received
from catalogue_schema.events import (
    DeadLetter,
    Event,
    OpinionClassified,
    Reason,
    ResultReported,
    UseCaseMentioned,
)
from ingest_worker.dead_letters import record_dead_letters
from ingest_worker.opinions import OPINIONS
from ingest_worker.results import RESULTS
from ingest_worker.use_cases import USE_CASES
from ingest_worker.writing import ProducerError, Recording, write_events
from sqlalchemy.ext.asyncio import AsyncEngine
from support.kafka import record
from support.rows import batch

ANN, BOB = UUID(int=1), UUID(int=2)
NOBODY = None
EVENT_ID = UUID("0198f000-0000-7000-8000-000000000001")
SHARED = {"model": "lab/model", "event_id": EVENT_ID}
NOON = "2026-03-09T12:00:00Z"
Kind = tuple[Recording, Event, Event, str]
KINDS: list[Kind] = [
    (
        OPINIONS,
        OpinionClassified(**SHARED, content="Good.", sentiment="positive"),
        OpinionClassified(**SHARED, content="Bad.", sentiment="negative"),
        "opinions",
    ),
    (
        USE_CASES,
        UseCaseMentioned(**SHARED, use_case="Coding"),
        UseCaseMentioned(**SHARED, use_case="Chat"),
        "use_cases",
    ),
    (
        RESULTS,
        ResultReported(**SHARED, benchmark="MMLU", score=1, occurred_at=NOON),
        ResultReported(**SHARED, benchmark="GSM8K", score=2, occurred_at=NOON),
        "result_reports",
    ),
]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=["opinion", "use case", "result"])


class Ingest:
    """Writes events of one kind as a producer's; `rows` are whose they are."""

    def __init__(self, engine: AsyncEngine, tables: Any, kind: Kind) -> None:
        self._engine, self._tables = engine, tables
        self._recording, self.event, self.other, self._table = kind

    async def write(self, producer: UUID | None, *events: Event) -> list[Reason]:
        """The reasons of what failed."""
        return await self._written(batch(*events, producer=producer))

    async def write_together(self, *sent: tuple[UUID | None, Event]) -> None:
        assert await self._written([*(batch(event, producer=of)[0] for of, event in sent)]) == []

    async def rows(self) -> list[UUID | None]:
        return [row["producer"] for row in await self._tables.all(self._table)]

    async def _written(self, received: Sequence[Received[bytes]]) -> list[Reason]:
        failures = await write_events(self._engine, self._recording, received)
        return [failure.reason for failure in failures]


@pytest.fixture
def ingest(engine: AsyncEngine, tables: Any, kind: Kind) -> Ingest:
    return Ingest(engine, tables, kind)


@each_kind
@pytest.mark.parametrize("is_same", [False, True], ids=["other content", "same content"])
async def test_two_producers_events_of_one_id_are_two_rows_and_repeats_add_none(
    ingest: Ingest, is_same: bool
) -> None:
    of_bob = ingest.event if is_same else ingest.other
    for _ in range(2):
        assert await ingest.write(ANN, ingest.event) == []
        assert await ingest.write(BOB, of_bob) == []
        await ingest.write_together((BOB, of_bob), (ANN, ingest.event), (BOB, of_bob))
        assert await ingest.rows() == [ANN, BOB]


@each_kind
async def test_two_producers_events_of_one_id_in_one_batch_are_two_rows(ingest: Ingest) -> None:
    await ingest.write_together((ANN, ingest.event), (BOB, ingest.other), (ANN, ingest.event))
    assert sorted(filter(None, await ingest.rows())) == [ANN, BOB]


@each_kind
async def test_other_content_under_an_own_id_is_a_conflict_whatever_others_sent(ingest: Ingest) -> None:
    await ingest.write(BOB, ingest.other)
    await ingest.write(ANN, ingest.event)
    assert await ingest.write(ANN, ingest.other) == [Reason.EVENT_ID_CONFLICT]
    assert await ingest.rows() == [BOB, ANN]


@each_kind
@pytest.mark.parametrize(
    ("first", "second"), [(NOBODY, ANN), (ANN, NOBODY)], ids=["nobody first", "nobody then"]
)
async def test_what_has_no_producer_and_the_same_content_is_the_same_event(
    ingest: Ingest, first: UUID | None, second: UUID | None
) -> None:
    await ingest.write(first, ingest.event)
    assert await ingest.write(second, ingest.event) == []
    assert await ingest.rows() == [first]


@each_kind
async def test_what_has_no_producer_occupies_no_id(ingest: Ingest) -> None:
    await ingest.write(NOBODY, ingest.other)
    assert await ingest.write(ANN, ingest.event) == []
    assert await ingest.write(ANN, ingest.event, ingest.other) == []
    assert await ingest.rows() == [NOBODY, ANN]


@each_kind
async def test_in_one_batch_with_the_same_content_what_has_no_producer_is_the_row(ingest: Ingest) -> None:
    await ingest.write_together((ANN, ingest.event), (NOBODY, ingest.event), (BOB, ingest.event))
    assert await ingest.rows() == [NOBODY]


@pytest.mark.parametrize("kind", KINDS[2:])
@pytest.mark.parametrize("order", [(ANN, BOB), (BOB, ANN)], ids=["Ann first", "Bob first"])
async def test_of_one_result_by_two_producers_the_same_stands_whatever_comes_first(
    ingest: Ingest, tables: Any, order: tuple[UUID, UUID]
) -> None:
    for producer in order:
        await ingest.write(producer, ingest.event)
    assert [row["producer"] for row in await tables.results()] == [BOB]


@pytest.mark.parametrize("kind", KINDS[2:])
async def test_a_row_without_a_fingerprint_is_a_repeat_for_everybody(ingest: Ingest, tables: Any) -> None:
    await ingest.write(NOBODY, ingest.event)
    await tables.execute("UPDATE result_reports SET fingerprint = null")
    assert await ingest.write(ANN, ingest.event) == []
    assert await ingest.rows() == [NOBODY]


def letter(producer: UUID | None, **fields: Any) -> DeadLetter:
    usual: dict[str, Any] = {"topic": "catalogue.opinions.classified.v1", "partition": 1, "offset": 2}
    failed = {"reason": "invalid", "detail": "d", "exception_class": "E", "value": b"v"}
    return DeadLetter(event_id=EVENT_ID, producer=producer, **usual | failed | fields)


async def fail(engine: AsyncEngine, *letters: DeadLetter) -> None:
    await record_dead_letters(engine, [Received(record(b""), each) for each in letters])


async def statuses(tables: Any) -> dict[UUID | None, str]:
    return {row["producer"]: row["status"] for row in await tables.dead_letters()}


@pytest.mark.parametrize("reason", ["invalid", "event_id_conflict"])
async def test_each_producer_has_a_dead_letter_of_its_own(
    engine: AsyncEngine, tables: Any, reason: str
) -> None:
    for _ in range(2):
        await fail(engine, *(letter(producer, reason=reason) for producer in (ANN, BOB, NOBODY)))
    assert await statuses(tables) == {ANN: "open", BOB: "open", NOBODY: "open"}
    assert len(await tables.dead_letters()) == 3


@pytest.mark.parametrize("is_late", [False, True], ids=["letters first", "event first"])
@pytest.mark.parametrize("kind", KINDS[:1])
async def test_an_event_that_is_recorded_closes_its_producer_s_letters_and_everybody_s(
    engine: AsyncEngine, ingest: Ingest, tables: Any, is_late: bool
) -> None:
    letters = [letter(producer) for producer in (ANN, BOB, NOBODY)]
    if not is_late:
        await fail(engine, *letters)
    await ingest.write(ANN, ingest.event)
    if is_late:
        await fail(engine, *letters)
    assert await statuses(tables) == {ANN: "recorded", BOB: "open", NOBODY: "recorded"}


@pytest.mark.parametrize("kind", KINDS[:1])
async def test_an_event_without_a_producer_closes_no_producer_s_letter(
    engine: AsyncEngine, ingest: Ingest, tables: Any
) -> None:
    await fail(engine, letter(ANN), letter(NOBODY))
    await ingest.write(NOBODY, ingest.event)
    assert await statuses(tables) == {ANN: "open", NOBODY: "recorded"}


def read(*headers: tuple[str, bytes | None]) -> bytes:
    event = KINDS[0][1]
    return OPINIONS.decode()(record(event.to_json(), headers=headers))


def test_a_message_says_whose_event_it_is_in_its_header_and_nowhere_else() -> None:
    header = ("ce_producer", str(ANN).encode())
    assert b'"producer":"%b"' % str(ANN).encode() in read(header)
    assert b'"producer":"%b"' % str(ANN).encode() in read(("ce_producer", str(BOB).encode()), header)
    assert b'"producer":null' in read(("ce_producer", None))
    its_own = KINDS[0][1].to_json()[:-1] + b',"producer":"%b"}' % str(ANN).encode()
    assert b'"producer":null' in OPINIONS.decode()(record(its_own))


def test_a_producer_that_is_no_uuid_is_a_dead_letter_that_says_so() -> None:
    with pytest.raises(ProducerError, match="header:ce_producer is no UUID") as wrong:
        read(("ce_producer", b"me"))
    assert wrong.value.reason is Reason.INVALID
