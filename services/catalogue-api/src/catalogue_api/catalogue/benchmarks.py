"""Benchmarks: lists, and one benchmark with what is known of it."""

from typing import Annotated

from catalogue_schema.tables import RESULT_COUNTS, Benchmark, BenchmarkResponse
from catalogue_schema.text import ShortText, Tag
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.metrics import MetricResponse, metrics_of
from catalogue_api.catalogue.paging import Page, PageQuery, by_name
from catalogue_api.catalogue.statements import equal, execute, table_of


class BenchmarkQuery(PageQuery):
    category: Tag | None = None
    q: Annotated[ShortText | None, Field(description="Part of the name, in any case")] = None


class BenchmarkCounts(BaseModel):
    results: int
    models: int


class BenchmarkDetail(BenchmarkResponse):
    counts: BenchmarkCounts
    metrics: Annotated[list[MetricResponse], Field(description="The one that ranks comes first")]

    def metric(self, name: str | None) -> MetricResponse | None:
        """Of this name, or the first."""
        return next((each for each in self.metrics if name in {each.name, None}), None)


async def list_benchmarks(db: AsyncSession, query: BenchmarkQuery) -> Page[BenchmarkResponse]:
    statement = select(table_of(Benchmark)).where(*equal((col(Benchmark.category), query.category)))
    if query.q is not None:
        statement = statement.where(col(Benchmark.name).icontains(query.q, autoescape=True))
    return await by_name(db, statement, col(Benchmark.name), query, BenchmarkResponse)


async def describe_benchmark(db: AsyncSession, name: str) -> BenchmarkDetail:
    """Raises NotFound."""
    benchmark = await named.find(db, Benchmark, name)
    counts = RESULT_COUNTS.c
    of_model = select(func.sum(counts.rows)).where(counts.benchmark_id == benchmark.id)
    rows = [int(rows) for rows in (await execute(db, of_model.group_by(counts.model_id))).scalars()]
    counted = BenchmarkCounts(results=sum(rows), models=sum(count > 0 for count in rows))
    assert benchmark.id is not None
    metrics = await metrics_of(db, benchmark.id)
    return BenchmarkDetail(**benchmark.model_dump(), counts=counted, metrics=metrics)
