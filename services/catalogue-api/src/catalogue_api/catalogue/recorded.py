"""Where events are recorded, and which of them were taken back, by their ids.

One id may be the event of several producers.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from catalogue_schema.tables import BenchmarkResult, Opinion, ResultReport, Retraction, UseCase
from sqlalchemy import RowMapping, Uuid, and_, cast, literal, null, select, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.statements import AnySelect, execute, table_of


class Recorded(NamedTuple):
    """An event's row: `reported` is as in the row, `superseded_by` the later report that stands instead."""

    event_id: UUID
    producer: UUID | None
    location: str | None
    reported: dict[str, object] | None
    superseded_by: UUID | None

    def told(self) -> dict[str, Any]:
        """What a receipt says of it."""
        return {name: getattr(self, name) for name in ("location", "reported", "superseded_by")}


class TakenBack(NamedTuple):
    """A retraction `by` an event of the producer."""

    event_id: UUID
    producer: UUID | None
    by: UUID

    def takes(self, producer: UUID | None) -> bool:
        """Whether it is of this producer's event too; what names no producer is everybody's."""
        return self.producer is None or producer is None or self.producer == producer


async def find_recorded(db: AsyncSession, event_ids: Sequence[UUID]) -> list[Recorded]:
    """In the order in which they came, those of one table."""
    rows = [_rows(table, event_ids) for table in (Opinion, UseCase, Retraction)]
    found = union_all(*rows, _results(event_ids)).subquery()
    ordered = select(found).order_by(found.c.id)
    return [_recorded(row) for row in (await execute(db, ordered)).mappings()]


async def find_retractions(db: AsyncSession, event_ids: Sequence[UUID]) -> list[TakenBack]:
    """The first one first."""
    of = table_of(Retraction).c
    statement = (
        select(of.retracts, of.producer, of.event_id).where(of.retracts.in_(event_ids)).order_by(of.id)
    )
    return [TakenBack(*row) for row in await execute(db, statement)]


def _rows(table: type[Opinion | UseCase | Retraction], event_ids: Sequence[UUID]) -> AnySelect:
    rows = table_of(table)
    of, path = rows.c, f"/v1/{rows.name.replace('_', '-')}"
    statement: AnySelect = select(
        of.id,
        of.event_id,
        of.producer,
        literal(path).label("path"),
        of.id.label("row"),
        of.get("reported", cast(null(), JSONB)).label("reported"),
        cast(null(), Uuid).label("standing"),
        cast(null(), Uuid).label("standing_producer"),
    )
    return statement.where(of.event_id.in_(event_ids))


def _results(event_ids: Sequence[UUID]) -> AnySelect:
    """With what stands for the report's model, benchmark, date and variant: its own result or another's."""
    report, stands = table_of(ResultReport), table_of(BenchmarkResult)
    in_its_place = and_(
        stands.c.model_id == report.c.model_id,
        stands.c.benchmark_id == report.c.benchmark_id,
        stands.c.date_tested.is_not_distinct_from(report.c.date_tested),
        stands.c.variant.is_not_distinct_from(report.c.variant),
    )
    statement: AnySelect = select(
        report.c.id,
        report.c.event_id,
        report.c.producer,
        literal("/v1/results").label("path"),
        stands.c.id.label("row"),
        report.c.reported,
        stands.c.event_id.label("standing"),
        stands.c.producer.label("standing_producer"),
    )
    return statement.select_from(report.outerjoin(stands, in_its_place)).where(
        report.c.event_id.in_(event_ids)
    )


def _recorded(row: RowMapping) -> Recorded:
    stands = row["standing"], row["standing_producer"]
    return Recorded(
        event_id=row["event_id"],
        producer=row["producer"],
        location=f"{row['path']}/{row['row']}" if row["row"] else None,
        reported=row["reported"],
        superseded_by=None if stands == (row["event_id"], row["producer"]) else row["standing"],
    )
