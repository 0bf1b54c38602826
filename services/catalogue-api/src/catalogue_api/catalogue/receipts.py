"""What became of an event."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from catalogue_schema.events import Reason
from catalogue_schema.tables import BenchmarkResult, DeadLetterRow, Opinion, ResultReport, Retraction, UseCase
from catalogue_schema.tables.reported import Reported
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

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


async def find_receipt(db: AsyncSession, event_id: UUID) -> Receipt:
    """A record wins over a dead letter: the event may have been replayed."""
    letters = await _letters(db, event_id)
    receipt = (
        await _retracted(db, event_id)
        or await _row(db, Opinion, event_id)
        or await _row(db, UseCase, event_id)
        or await _row(db, Retraction, event_id)
        or await _result(db, event_id)
        or _failed(event_id, letters)
        or Receipt(event_id=event_id)
    )
    receipt.conflicts = [letter for letter in letters if letter.reason == Reason.EVENT_ID_CONFLICT]
    return receipt


async def _retracted(db: AsyncSession, event_id: UUID) -> Receipt | None:
    """By the first retraction, where there are several."""
    statement = select(col(Retraction.event_id)).where(col(Retraction.retracts) == event_id)
    first = statement.order_by(col(Retraction.id)).limit(1)
    retraction = (await execute(db, first)).scalar_one_or_none()
    if retraction is None:
        return None
    return Receipt(event_id=event_id, status=Status.RETRACTED, retracted_by=retraction)


async def _row(
    db: AsyncSession, table: type[Opinion | UseCase | Retraction], event_id: UUID
) -> Receipt | None:
    columns = [column for column in table_of(table).c if column.name in {"id", "reported"}]
    row = (
        (await execute(db, select(*columns).where(col(table.event_id) == event_id))).mappings().one_or_none()
    )
    if row is None:
        return None
    location = f"/v1/{table_of(table).name.replace('_', '-')}/{row['id']}"
    return Receipt(event_id=event_id, status=Status.RECORDED, location=location, reported=row.get("reported"))


async def _result(db: AsyncSession, event_id: UUID) -> Receipt | None:
    """The result that stands for the report's model, benchmark, date and variant: this one's or a later's."""
    statement = (
        select(col(BenchmarkResult.id), col(BenchmarkResult.event_id), col(ResultReport.reported))
        .select_from(ResultReport)
        .outerjoin(
            BenchmarkResult,
            (col(BenchmarkResult.model_id) == col(ResultReport.model_id))
            & (col(BenchmarkResult.benchmark_id) == col(ResultReport.benchmark_id))
            & col(BenchmarkResult.date_tested).is_not_distinct_from(col(ResultReport.date_tested))
            & col(BenchmarkResult.variant).is_not_distinct_from(col(ResultReport.variant)),
        )
        .where(col(ResultReport.event_id) == event_id)
    )
    found = (await execute(db, statement)).one_or_none()
    if found is None:
        return None
    result_id, stands, reported = found
    return Receipt(
        event_id=event_id,
        status=Status.RECORDED,
        location=f"/v1/results/{result_id}" if result_id else None,
        superseded_by=stands if stands != event_id else None,
        reported=reported,
    )


async def _letters(db: AsyncSession, event_id: UUID) -> list[DeadLetterSummary]:
    """Those of all its types, the latest failure first."""
    columns = (table_of(DeadLetterRow).c[name] for name in DeadLetterSummary.model_fields)
    statement = select(*columns).where(col(DeadLetterRow.event_id) == event_id)
    rows = (await execute(db, statement.order_by(col(DeadLetterRow.failed_at).desc()))).mappings()
    return [DeadLetterSummary.model_validate(row) for row in rows]


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
