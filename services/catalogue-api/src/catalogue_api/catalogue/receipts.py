"""What became of an event."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from catalogue_schema.tables import BenchmarkResult, DeadLetterRow, Opinion, ResultReport, Retraction, UseCase
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.statements import execute, table_of


class Status(StrEnum):
    RECORDED = "recorded"
    RETRACTED = "retracted"
    DEAD_LETTERED = "dead_lettered"
    UNKNOWN = "unknown"


class DeadLetterSummary(BaseModel):
    """Why an event could not be recorded, and where its message stands."""

    id: int
    reason: Annotated[str, Field(examples=["unknown_model"])]
    detail: str
    topic: str
    partition: int
    offset: int
    status: str


class Receipt(BaseModel):
    """`unknown`: not known yet, or never sent."""

    event_id: UUID
    status: Status = Status.UNKNOWN
    location: Annotated[
        str | None, Field(description="Where it is recorded", examples=["/v1/opinions/12"])
    ] = None
    superseded_by: Annotated[
        UUID | None,
        Field(description="The later report that stands in this result's place, for the same date"),
    ] = None
    retracted_by: Annotated[UUID | None, Field(description="The event that took this one back")] = None
    dead_letter: DeadLetterSummary | None = None


async def find_receipt(db: AsyncSession, event_id: UUID) -> Receipt:
    """A record wins over a dead letter: the event may have been replayed."""
    return (
        await _retracted(db, event_id)
        or await _row(db, Opinion, event_id)
        or await _row(db, UseCase, event_id)
        or await _row(db, Retraction, event_id)
        or await _result(db, event_id)
        or await _dead_letter(db, event_id)
        or Receipt(event_id=event_id)
    )


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
    statement = select(col(table.id)).where(col(table.event_id) == event_id)
    row_id = (await execute(db, statement)).scalar_one_or_none()
    if row_id is None:
        return None
    location = f"/v1/{table_of(table).name.replace('_', '-')}/{row_id}"
    return Receipt(event_id=event_id, status=Status.RECORDED, location=location)


async def _result(db: AsyncSession, event_id: UUID) -> Receipt | None:
    """The result that stands for the report's model, benchmark and date, whether this report's or a later."""
    statement = (
        select(col(BenchmarkResult.id), col(BenchmarkResult.event_id))
        .select_from(ResultReport)
        .outerjoin(
            BenchmarkResult,
            (col(BenchmarkResult.model_id) == col(ResultReport.model_id))
            & (col(BenchmarkResult.benchmark_id) == col(ResultReport.benchmark_id))
            & col(BenchmarkResult.date_tested).is_not_distinct_from(col(ResultReport.date_tested)),
        )
        .where(col(ResultReport.event_id) == event_id)
    )
    found = (await execute(db, statement)).one_or_none()
    if found is None:
        return None
    result_id, stands = found
    return Receipt(
        event_id=event_id,
        status=Status.RECORDED,
        location=f"/v1/results/{result_id}" if result_id else None,
        superseded_by=stands if stands != event_id else None,
    )


async def _dead_letter(db: AsyncSession, event_id: UUID) -> Receipt | None:
    columns = (table_of(DeadLetterRow).c[name] for name in DeadLetterSummary.model_fields)
    statement = select(*columns).where(col(DeadLetterRow.event_id) == event_id)
    row = (await execute(db, statement)).mappings().one_or_none()
    if row is None:
        return None
    summary = DeadLetterSummary.model_validate(row)
    return Receipt(event_id=event_id, status=Status.DEAD_LETTERED, dead_letter=summary)
