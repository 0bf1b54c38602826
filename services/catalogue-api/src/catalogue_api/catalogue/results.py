"""Benchmark results: the one that stands for each model, benchmark and date."""

from typing import Annotated, Any

from catalogue_schema.tables import Benchmark, BenchmarkResult, BenchmarkResultResponse, Model
from catalogue_schema.text import NewName, ShortText
from catalogue_schema.times import Date
from pydantic import Field
from sqlalchemy import UnaryExpression, select, true
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.filters import Filters
from catalogue_api.catalogue.newest import newest_first
from catalogue_api.catalogue.paging import Page, PageQuery
from catalogue_api.catalogue.statements import AnySelect, execute, table_of
from catalogue_api.http.problems import NotFound

LATEST = 10
"""Results that a model's page shows."""


class ResultQuery(PageQuery):
    model: NewName | None = None
    benchmark: NewName | None = None
    source: ShortText | None = None
    date_from: Annotated[Date | None, Field(description="Tested on this day or later")] = None
    date_to: Annotated[Date | None, Field(description="Tested on this day or earlier")] = None


async def list_results(db: AsyncSession, query: ResultQuery) -> Page[BenchmarkResultResponse]:
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
        last=query.date_to,
    )
    return await newest_first(db, _with_names(), filters, query, BenchmarkResultResponse)


async def read_result(db: AsyncSession, result_id: int) -> BenchmarkResultResponse:
    """Raises NotFound."""
    statement = _with_names().where(col(BenchmarkResult.id) == result_id)
    row = (await execute(db, statement)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no result {result_id}; GET /v1/results lists those that there are.")
    return BenchmarkResultResponse.model_validate(row)


async def latest_results(db: AsyncSession, model_id: int) -> list[BenchmarkResultResponse]:
    """A model's results, the most recently tested first; those without a date come last."""
    of_benchmark = select(table_of(BenchmarkResult)).where(
        col(BenchmarkResult.model_id) == model_id, col(BenchmarkResult.benchmark_id) == col(Benchmark.id)
    )
    # Benchmark by benchmark, along an index; else the model's results would all be read and sorted.
    latest = of_benchmark.order_by(*latest_first()).limit(LATEST).lateral()
    every = select(latest.c.id).select_from(table_of(Benchmark).join(latest, true()))
    ids = every.order_by(latest.c.date_tested.desc().nulls_last(), latest.c.occurred_at.desc()).limit(LATEST)
    statement = _with_names().where(col(BenchmarkResult.id).in_(ids)).order_by(*latest_first())
    rows = (await execute(db, statement)).mappings()
    return [BenchmarkResultResponse.model_validate(row) for row in rows]


def latest_first() -> tuple[UnaryExpression[Any], UnaryExpression[Any]]:
    """The order in which a later result stands for those before it; one without a date comes last."""
    dated, occurred = col(BenchmarkResult.date_tested), col(BenchmarkResult.occurred_at)
    return dated.desc().nulls_last(), occurred.desc()


def _with_names() -> AnySelect:
    statement: AnySelect = select(
        table_of(BenchmarkResult),
        col(Model.name).label("model"),
        col(Benchmark.name).label("benchmark"),
    )
    return statement.join(Model).join(Benchmark)
