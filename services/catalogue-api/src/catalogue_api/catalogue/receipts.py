"""What became of an event."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from catalogue_schema.events import Reason
from catalogue_schema.tables import BenchmarkResult, DeadLetterRow, Opinion, ResultReport, Retraction, UseCase
from catalogue_schema.tables.reported import Reported
from pydantic import BaseModel, BeforeValidator, Field
from sqlalchemy import RowMapping, and_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.paging import ListQuery, listed
from catalogue_api.catalogue.statements import execute, table_of


class Status(StrEnum):
    RECORDED = "recorded"
    RETRACTED = "retracted"
    WAITING = "waiting"
    DEAD_LETTERED = "dead_lettered"
    REPLAYING = "replaying"
    DISCARDED = "discarded"
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
    """`waiting`: for a name, and goes on by itself when that appears. `unknown`: not yet, or never sent."""

    event_id: UUID
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


_Found = dict[UUID, Receipt]


async def find_receipts(db: AsyncSession, event_ids: Iterable[UUID]) -> list[Receipt]:
    """In the order of the ids. A record wins over a dead letter: the event may have been replayed."""
    asked = list(dict.fromkeys(event_ids))
    letters = await _letters(db, asked)
    found: _Found = {}
    for look in (_retracted, _rows(Opinion), _rows(UseCase), _rows(Retraction), _results):
        missing = [event_id for event_id in asked if event_id not in found]
        found |= await look(db, missing) if missing else {}
    receipts = [found.get(each) or _failed(each, letters[each]) or Receipt(event_id=each) for each in asked]
    for receipt in receipts:
        of_event = letters[receipt.event_id]
        receipt.conflicts = [each for each in of_event if each.reason == Reason.EVENT_ID_CONFLICT]
    return receipts


async def _retracted(db: AsyncSession, event_ids: list[UUID]) -> _Found:
    """By the first retraction, where there are several."""
    of = table_of(Retraction).c
    first = select(of.retracts, of.event_id).where(of.retracts.in_(event_ids)).ext(distinct_on(of.retracts))
    return {
        retracted: Receipt(event_id=retracted, status=Status.RETRACTED, retracted_by=by)
        for retracted, by in await execute(db, first.order_by(of.retracts, of.id))
    }


def _rows(
    table: type[Opinion | UseCase | Retraction],
) -> Callable[[AsyncSession, list[UUID]], Awaitable[_Found]]:
    async def look(db: AsyncSession, event_ids: list[UUID]) -> _Found:
        rows = table_of(table)
        columns = [column for column in rows.c if column.name in {"id", "event_id", "reported"}]
        found = await execute(db, select(*columns).where(rows.c.event_id.in_(event_ids)))
        return {row["event_id"]: _recorded(rows.name, row) for row in found.mappings()}

    return look


def _recorded(table: str, row: RowMapping) -> Receipt:
    location = f"/v1/{table.replace('_', '-')}/{row['id']}"
    return Receipt(
        event_id=row["event_id"], status=Status.RECORDED, location=location, reported=row.get("reported")
    )


async def _results(db: AsyncSession, event_ids: list[UUID]) -> _Found:
    """The result that stands for each report's model, benchmark, date and variant: its own or a later one."""
    report, stands = table_of(ResultReport), table_of(BenchmarkResult)
    in_its_place = and_(
        stands.c.model_id == report.c.model_id,
        stands.c.benchmark_id == report.c.benchmark_id,
        stands.c.date_tested.is_not_distinct_from(report.c.date_tested),
        stands.c.variant.is_not_distinct_from(report.c.variant),
    )
    statement = (
        select(report.c.event_id, report.c.reported, stands.c.id, stands.c.event_id.label("standing"))
        .select_from(report.outerjoin(stands, in_its_place))
        .where(report.c.event_id.in_(event_ids))
    )
    return {row["event_id"]: _result(row) for row in (await execute(db, statement)).mappings()}


def _result(row: RowMapping) -> Receipt:
    return Receipt(
        event_id=row["event_id"],
        status=Status.RECORDED,
        location=f"/v1/results/{row['id']}" if row["id"] else None,
        superseded_by=row["standing"] if row["standing"] != row["event_id"] else None,
        reported=row["reported"],
    )


async def _letters(db: AsyncSession, event_ids: list[UUID]) -> dict[UUID, list[DeadLetterSummary]]:
    """Each event's, of all its types, the latest failure first."""
    of = table_of(DeadLetterRow).c
    columns = (of[name] for name in DeadLetterSummary.model_fields)
    statement = select(of.event_id, *columns).where(of.event_id.in_(event_ids))
    letters: dict[UUID, list[DeadLetterSummary]] = {event_id: [] for event_id in event_ids}
    for row in (await execute(db, statement.order_by(of.failed_at.desc()))).mappings():
        letters[row["event_id"]].append(DeadLetterSummary.model_validate(row))
    return letters


def _failed(event_id: UUID, letters: Sequence[DeadLetterSummary]) -> Receipt | None:
    failed = [letter for letter in letters if letter.reason != Reason.EVENT_ID_CONFLICT]
    if not failed:
        return None
    last = failed[0]
    return Receipt(event_id=event_id, status=_status(last), dead_letter=last)


def _status(letter: DeadLetterSummary) -> Status:
    if letter.status == "discarded":
        return Status.DISCARDED
    if letter.status != "open":
        return Status.REPLAYING
    waits = letter.reason in {Reason.UNKNOWN_MODEL, Reason.UNKNOWN_BENCHMARK}
    return Status.WAITING if waits else Status.DEAD_LETTERED
