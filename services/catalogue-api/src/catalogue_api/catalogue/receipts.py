"""What became of an event."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from catalogue_schema.events import Reason
from catalogue_schema.tables import DeadLetterRow, ErasedEvent
from catalogue_schema.tables.reported import Reported
from pydantic import BaseModel, BeforeValidator, Field
from sqlalchemy import select
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.paging import ListQuery, listed
from catalogue_api.catalogue.recorded import Recorded, TakenBack, find_recorded, find_retractions
from catalogue_api.catalogue.statements import execute, table_of


class Status(StrEnum):
    RECORDED = "recorded"
    RETRACTED = "retracted"
    WAITING = "waiting"
    DEAD_LETTERED = "dead_lettered"
    REPLAYING = "replaying"
    DISCARDED = "discarded"
    ERASED = "erased"
    UNKNOWN = "unknown"


class DeadLetterSummary(BaseModel):
    """Why an event could not be recorded, and where its message stands."""

    id: int
    type: str | None
    reason: Annotated[str, Field(examples=["unknown_model"])]
    detail: str
    topic: str
    partition: int
    offset: int
    status: str
    attempts: int
    failed_at: datetime
    note: str | None


class Receipt(BaseModel):
    """`waiting`: for a name, and goes on by itself when that appears. `unknown`: not yet, or never sent.

    `erased`: at somebody's request, and nothing of it is kept.
    """

    event_id: UUID
    producer: Annotated[
        UUID | None,
        Field(description="Whose event it is: the key or user that sent it, where one was asked for"),
    ] = None
    status: Status = Status.UNKNOWN
    location: Annotated[
        str | None, Field(description="Where it is recorded", examples=["/v1/opinions/12"])
    ] = None
    superseded_by: Annotated[
        UUID | None,
        Field(description="The later report that stands in this result's place: same date, same variant"),
    ] = None
    retracted_by: Annotated[UUID | None, Field(description="The event that took this one back")] = None
    reported: Annotated[
        Reported | None,
        Field(description="The names as they were reported, where those are not the catalogue's"),
    ] = None
    dead_letter: Annotated[
        DeadLetterSummary | None, Field(description="Its last failure, as long as it is not recorded")
    ] = None
    conflicts: Annotated[
        list[DeadLetterSummary],
        Field(description="Events with other content that came under this id, none of which is recorded"),
    ] = []


class ReceiptQuery(ListQuery):
    ids: Annotated[
        list[UUID],
        BeforeValidator(listed),
        Field(min_length=1, max_length=200, description="Of events, separated by commas"),
    ]


class Receipts(BaseModel):
    items: list[Receipt]


@dataclass
class _Known:
    """What is known of an id: several producers' events may have it."""

    recorded: list[Recorded] = field(default_factory=list)
    retractions: list[TakenBack] = field(default_factory=list)
    letters: list[tuple[UUID | None, DeadLetterSummary]] = field(default_factory=list)
    erased: list[UUID | None] = field(default_factory=list)

    def producer(self, asking: UUID | None) -> UUID | None:
        """Whose event to tell of: of who asks, else everybody's, else the first."""
        there = [each.producer for each in self.recorded] + [each.producer for each in self.retractions]
        there += [*(producer for producer, _ in self.letters), *self.erased]
        return next((each for each in (asking, None, *there) if each in there), None)


async def find_receipts(db: AsyncSession, event_ids: Iterable[UUID], asking: UUID | None) -> list[Receipt]:
    """In the order of the ids; `asking` is the producer who asks, whose own event comes before another's."""
    known: Mapping[UUID, _Known] = {event_id: _Known() for event_id in event_ids}
    ids = list(known)
    for row in await find_recorded(db, ids):
        known[row.event_id].recorded.append(row)
    for retraction in await find_retractions(db, ids):
        known[retraction.event_id].retractions.append(retraction)
    await _add_letters(db, known)
    await _add_erased(db, known)
    return [_receipt(event_id, each, each.producer(asking)) for event_id, each in known.items()]


async def _add_letters(db: AsyncSession, known: Mapping[UUID, _Known]) -> None:
    """Each event's, of all its types, the latest failure first."""
    of = table_of(DeadLetterRow).c
    columns = (of[name] for name in DeadLetterSummary.model_fields)
    statement = select(of.event_id, of.producer, *columns).where(of.event_id.in_(list(known)))
    for row in (await execute(db, statement.order_by(of.failed_at.desc()))).mappings():
        known[row["event_id"]].letters.append((row["producer"], DeadLetterSummary.model_validate(row)))


async def _add_erased(db: AsyncSession, known: Mapping[UUID, _Known]) -> None:
    of = table_of(ErasedEvent).c
    for row in await execute(db, select(of.event_id, of.producer).where(of.event_id.in_(list(known)))):
        known[row.event_id].erased.append(row.producer)


def _receipt(event_id: UUID, known: _Known, producer: UUID | None) -> Receipt:
    """A record wins over a dead letter: the event may have been replayed."""
    letters = [letter for of, letter in known.letters if of == producer]
    conflicts = [letter for letter in letters if letter.reason == Reason.EVENT_ID_CONFLICT]
    failed = next((letter for letter in letters if letter not in conflicts), None)
    recorded = next((each for each in known.recorded if each.producer == producer), None)
    retraction = next((each for each in known.retractions if each.takes(producer)), None)
    told: dict[str, Any] = {}
    if producer in known.erased:
        told = {"status": Status.ERASED}
    elif retraction is not None:
        told = {"status": Status.RETRACTED, "retracted_by": retraction.by}
    elif recorded is not None:
        told = {"status": Status.RECORDED, **recorded.told()}
    elif failed is not None:
        told = {"status": _status(failed), "dead_letter": failed}
    return Receipt(event_id=event_id, producer=producer, conflicts=conflicts, **told)


def _status(letter: DeadLetterSummary) -> Status:
    if letter.status == "discarded":
        return Status.DISCARDED
    if letter.status != "open":
        return Status.REPLAYING
    waits = letter.reason in {Reason.UNKNOWN_MODEL, Reason.UNKNOWN_BENCHMARK}
    return Status.WAITING if waits else Status.DEAD_LETTERED
