"""Results as of a day: from every report that was ever accepted, and what was taken back since."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from uuid import UUID

from catalogue_schema.tables import BenchmarkResult, ResultReport, Retraction
from catalogue_schema.times import Date
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, FromClause, Tuple, cast, exists, func, null, select, tuple_
from sqlalchemy import Date as SqlDate

from catalogue_api.catalogue.statements import AnySelect, table_of


class AsOfQuery(BaseModel):
    as_of: Annotated[
        Date | None,
        Field(
            le=date(9999, 12, 30),
            description="As it was at the end of this day, in UTC",
            examples=["2026-06-01"],
        ),
    ] = None
    as_of_by: Annotated[
        Literal["known", "tested"],
        Field(description="What was known here by then, retractions included, or what was tested by then"),
    ] = "known"

    @property
    def known_by(self) -> datetime | None:
        """The first moment that does not count, where what was known is asked for."""
        if self.as_of is None or self.as_of_by != "known":
            return None
        return datetime.combine(self.as_of + timedelta(days=1), time(), UTC)

    @property
    def tested_by(self) -> Date | None:
        return self.as_of if self.as_of_by == "tested" else None


def reported_results(asked: AsOfQuery) -> FromClause:
    """Results to choose the latest of; superseded reports among them, where what was known is asked for."""
    known_by = asked.known_by
    if known_by is not None:
        return _reports(known_by).subquery("result")
    table = table_of(BenchmarkResult)
    if asked.tested_by is None:
        return table
    return select(table).where(table.c.date_tested <= asked.tested_by).subquery("result")


def standing(asked: AsOfQuery) -> FromClause:
    """The results that stood then; now, unless a day is asked for."""
    return reported_results(asked) if asked.known_by is None else stood(asked.known_by)


def stood(known_by: datetime) -> FromClause:
    """The reports that stood then. `id` is the result's, where the report stands now; `report_id` its own."""
    earlier, later = _reports(known_by).subquery("earlier"), _reports(known_by).subquery("later")
    superseded = exists().where(
        later.c.model_id == earlier.c.model_id,
        later.c.benchmark_id == earlier.c.benchmark_id,
        later.c.date_tested.is_not_distinct_from(earlier.c.date_tested),
        later.c.variant.is_not_distinct_from(earlier.c.variant),
        _rank(later) > _rank(earlier),
    )
    return select(earlier).where(~superseded).subquery("result")


def _rank(reports: FromClause) -> Tuple:
    """Of two reports for one place the greater stands, as ingest-worker has it."""
    of = reports.c
    return tuple_(of.occurred_at, of.event_id, func.coalesce(of.producer, UUID(int=0)))


def stages(asked: AsOfQuery) -> FromClause:
    """Results with the day on which each `begin`s to stand and, where it was taken back, that of its `end`.

    By days of tests those that stand now; else every report, by the days on which it and its retraction came.
    """
    if asked.as_of_by == "tested":
        results = reported_results(asked)
        begin, end = results.c.date_tested.label("begin"), cast(null(), SqlDate).label("end")
        return select(results, begin, end).where(results.c.date_tested.is_not(None)).subquery("result")
    known_by = asked.known_by or datetime.max.replace(tzinfo=UTC)
    report, retraction = table_of(ResultReport), table_of(Retraction)
    taken_back = select(func.min(retraction.c.created_at)).where(
        retraction.c.retracts == report.c.event_id,
        (retraction.c.producer == report.c.producer).is_not(False),
        retraction.c.created_at < known_by,
    )
    begin, end = _day(report.c.created_at).label("begin"), _day(taken_back.scalar_subquery()).label("end")
    return select(report, begin, end).where(report.c.created_at < known_by).subquery("result")


def _day(moment: ColumnElement[datetime]) -> ColumnElement[date]:
    return cast(func.timezone("UTC", moment), SqlDate)


def _reports(known_by: datetime) -> AnySelect:
    """Reports that were accepted before, and not taken back before."""
    report, stands = table_of(ResultReport).alias(), table_of(BenchmarkResult).alias()
    retraction = table_of(Retraction)
    retracted = exists().where(
        retraction.c.retracts == report.c.event_id,
        (retraction.c.producer == report.c.producer).is_not(False),
        retraction.c.created_at < known_by,
    )
    standing = select(stands.c.id).where(
        stands.c.event_id == report.c.event_id, stands.c.producer.is_not_distinct_from(report.c.producer)
    )
    columns = [column for column in report.c if column.name not in {"id", "fingerprint"}]
    reports: AnySelect = select(
        standing.scalar_subquery().label("id"),
        report.c.id.label("report_id"),
        report.c.created_at.label("updated_at"),
        *columns,
    )
    return reports.where(report.c.created_at < known_by, ~retracted)
