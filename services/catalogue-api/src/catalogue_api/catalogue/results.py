"""Benchmark results: the one that stands for each model, benchmark and date."""

from typing import Annotated

from catalogue_schema.tables import Benchmark, BenchmarkResult, BenchmarkResultResponse, Model
from catalogue_schema.text import Name, ShortText
from catalogue_schema.times import Date
from pydantic import Field
from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.paging import Page, PageQuery, newest_first
from catalogue_api.catalogue.statements import AnySelect, equal, execute, table_of, within
from catalogue_api.http.problems import NotFound

LATEST = 10
"""Results that a model's page shows."""


class ResultQuery(PageQuery):
    model: Name | None = None
    benchmark: Name | None = None
    source: ShortText | None = None
    date_from: Annotated[Date | None, Field(description="Tested on this day or later")] = None
    date_to: Annotated[Date | None, Field(description="Tested on this day or earlier")] = None


async def list_results(db: AsyncSession, query: ResultQuery) -> Page[BenchmarkResultResponse]:
    wanted = equal(
        (col(Model.name), query.model),
        (col(Benchmark.name), query.benchmark),
        (col(BenchmarkResult.source), query.source),
    )
    tested = within(col(BenchmarkResult.date_tested), query.date_from, query.date_to)
    statement = _with_names().where(*wanted, *tested)
    return await newest_first(db, statement, col(BenchmarkResult.id), query, BenchmarkResultResponse)


async def read_result(db: AsyncSession, result_id: int) -> BenchmarkResultResponse:
    """Raises NotFound."""
    statement = _with_names().where(col(BenchmarkResult.id) == result_id)
    row = (await execute(db, statement)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no result {result_id}; GET /v1/results lists those that there are.")
    return BenchmarkResultResponse.model_validate(row)


async def latest_results(db: AsyncSession, model_id: int) -> list[BenchmarkResultResponse]:
    """A model's results, the most recently tested first; those without a date come last."""
    statement = (
        _with_names()
        .where(col(BenchmarkResult.model_id) == model_id)
        .order_by(
            col(BenchmarkResult.date_tested).desc().nulls_last(), col(BenchmarkResult.occurred_at).desc()
        )
        .limit(LATEST)
    )
    rows = (await execute(db, statement)).mappings()
    return [BenchmarkResultResponse.model_validate(row) for row in rows]


def _with_names() -> AnySelect:
    statement: AnySelect = select(
        table_of(BenchmarkResult),
        col(Model.name).label("model"),
        col(Benchmark.name).label("benchmark"),
    )
    return statement.join(Model).join(Benchmark)
