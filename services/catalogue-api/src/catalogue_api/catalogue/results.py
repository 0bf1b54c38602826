"""Benchmark results: the one that stands for each model, benchmark and date."""

from datetime import datetime
from typing import Annotated, Any

from catalogue_schema.tables import (
    RESULT_COUNTS,
    Benchmark,
    BenchmarkMetric,
    BenchmarkResult,
    BenchmarkResultResponse,
    Model,
)
from catalogue_schema.text import NewName, ShortText
from catalogue_schema.times import Date
from pydantic import Field
from sqlalchemy import ColumnElement, FromClause, UnaryExpression, and_, or_, select, true
from sqlalchemy.orm import Mapped
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.filters import Filters
from catalogue_api.catalogue.history import AsOfQuery, standing, stood
from catalogue_api.catalogue.newest import newest_first
from catalogue_api.catalogue.paging import BY_ID, Page, PageQuery, fetch_page
from catalogue_api.catalogue.statements import AnySelect, equal, execute, table_of
from catalogue_api.http.problems import NotFound

LATEST = 10
"""Results that a model's page shows."""


class ResultQuery(PageQuery, AsOfQuery):
    model: NewName | None = None
    benchmark: NewName | None = None
    source: ShortText | None = None
    date_from: Annotated[Date | None, Field(description="Tested on this day or later")] = None
    date_to: Annotated[Date | None, Field(description="Tested on this day or earlier")] = None


async def list_results(db: AsyncSession, query: ResultQuery) -> Page[BenchmarkResultResponse]:
    if query.known_by is not None:
        return await _list_known(db, query, query.known_by)
    tested = [day for day in (query.date_to, query.tested_by) if day is not None]
    wanted = {
        "model_id": await named.find_id(db, Model, query.model),
        "benchmark_id": await named.find_id(db, Benchmark, query.benchmark),
        "source": query.source,
    }
    filters = Filters(
        table_of(BenchmarkResult),
        wanted,
        ordered=("model_id", "benchmark_id", "source"),
        dated="date_tested",
        first=query.date_from,
        last=min(tested, default=None),
    )
    statement = with_names(table_of(BenchmarkResult))
    return await newest_first(db, statement, filters, query, BenchmarkResultResponse)


async def _list_known(
    db: AsyncSession, query: ResultQuery, known_by: datetime
) -> Page[BenchmarkResultResponse]:
    results = stood(known_by)
    of = results.c
    conditions = equal(
        (col(Model.name), query.model), (col(Benchmark.name), query.benchmark), (of.source, query.source)
    )
    conditions += [] if query.date_from is None else [of.date_tested >= query.date_from]
    conditions += [] if query.date_to is None else [of.date_tested <= query.date_to]
    after = query.after(BY_ID)
    conditions += [] if after is None else [of.report_id < after[1]]
    statement = with_names(results).where(*conditions).order_by(of.report_id.desc())
    rows, cursor = await fetch_page(
        db, statement, query.limit, lambda row: (query.list_id(), row["report_id"])
    )
    return Page(items=[BenchmarkResultResponse.model_validate(row) for row in rows], next_cursor=cursor)


async def read_result(db: AsyncSession, result_id: int) -> BenchmarkResultResponse:
    """Raises NotFound."""
    statement = with_names(table_of(BenchmarkResult)).where(col(BenchmarkResult.id) == result_id)
    row = (await execute(db, statement)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no result {result_id}; GET /v1/results lists those that there are.")
    return BenchmarkResultResponse.model_validate(row)


async def latest_results(db: AsyncSession, model_id: int, asked: AsOfQuery) -> list[BenchmarkResultResponse]:
    """A model's results, the most recently tested first; those without a date come last."""
    results = standing(asked)
    of_benchmark = select(results).where(
        results.c.model_id == model_id, results.c.benchmark_id == col(Benchmark.id)
    )
    # Benchmark by benchmark, along an index; else the model's results would all be read and sorted.
    latest = of_benchmark.order_by(*latest_first(results)).limit(LATEST).lateral()
    every = table_of(Benchmark).join(latest, true()).join(Model, col(Model.id) == latest.c.model_id)
    names: list[ColumnElement[str]] = [col(Model.name).label("model"), col(Benchmark.name).label("benchmark")]
    statement: AnySelect = select(latest, *names)
    statement = statement.select_from(every).order_by(*latest_first(latest)).limit(LATEST)
    rows = (await execute(db, statement)).mappings()
    return [BenchmarkResultResponse.model_validate(row) for row in rows]


def latest_that_rank(*columns: ColumnElement[Any] | Mapped[Any]) -> AnySelect:
    """Of each benchmark and model the latest result of the metric that ranks, or of any where none does.

    `columns` are of the benchmark and of that metric.
    """
    benchmark, metric, result = (table_of(each) for each in (Benchmark, BenchmarkMetric, BenchmarkResult))
    ranks = and_(metric.c.benchmark_id == benchmark.c.id, metric.c.ranks)
    latest = (
        select(result)
        .where(
            result.c.benchmark_id == benchmark.c.id,
            result.c.model_id == col(Model.id),
            or_(result.c.metric.is_(None), metric.c.name.is_(None), result.c.metric == metric.c.name),
        )
        .order_by(*latest_first(result))
        .limit(1)
        .lateral()
    )
    models = benchmark.outerjoin(metric, ranks).join(Model, with_results(benchmark.c.id)).join(latest, true())
    statement: AnySelect = select(latest, *columns)
    return statement.select_from(models)


def with_results(benchmark_id: ColumnElement[int] | int | None) -> ColumnElement[bool]:
    """That a model has, or once had, results on the benchmark: few of a large catalogue's have."""
    counts = RESULT_COUNTS.c
    return col(Model.id).in_(select(counts.model_id).where(counts.benchmark_id == benchmark_id))


def latest_first(results: FromClause) -> tuple[UnaryExpression[Any], ...]:
    """The order in which a later result stands for those before it; one without a date comes last."""
    of = results.c
    return of.date_tested.desc().nulls_last(), of.occurred_at.desc()


def with_names(results: FromClause) -> AnySelect:
    """Results with the names of their models and benchmarks."""
    statement: AnySelect = select(
        results,
        col(Model.name).label("model"),
        col(Benchmark.name).label("benchmark"),
    )
    named = results.join(Model, col(Model.id) == results.c.model_id)
    return statement.select_from(named.join(Benchmark, col(Benchmark.id) == results.c.benchmark_id))
