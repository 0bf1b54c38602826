"""Benchmarks: lists, and one benchmark with what is known of it."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from catalogue_schema.tables import RESULT_COUNTS, Benchmark, BenchmarkMetric, BenchmarkResponse
from catalogue_schema.text import ShortText, Tag
from pydantic import BaseModel, Field
from sqlalchemy import and_, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.metrics import MetricResponse, metrics_of
from catalogue_api.catalogue.paging import Page, PageQuery, by_name
from catalogue_api.catalogue.statements import AnySelect, among, equal, execute, table_of


class BenchmarkQuery(PageQuery):
    category: Tag | None = None
    q: Annotated[ShortText | None, Field(description="Part of the name, in any case")] = None


class Glance(NamedTuple):
    """`metric` is the one that ranks; it, its `unit` and its direction are None where none does."""

    models: int
    results: int
    metric: str | None
    unit: str | None
    higher_is_better: bool | None


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


async def at_a_glance(db: AsyncSession, benchmark_ids: Sequence[int]) -> dict[int, Glance]:
    """What a list of benchmarks says of each beside what it is."""
    metric, counts = table_of(BenchmarkMetric).c, _models_and_results(benchmark_ids).subquery().c
    is_wanted = among(col(Benchmark.id), benchmark_ids)
    statement = (
        select(
            col(Benchmark.id),
            func.coalesce(counts.models, 0),
            func.coalesce(counts.results, 0),
            *(metric.name, metric.unit, metric.higher_is_better),
        )
        .outerjoin(table_of(BenchmarkMetric), and_(metric.benchmark_id == col(Benchmark.id), metric.ranks))
        .outerjoin(counts.models.table, counts.benchmark_id == col(Benchmark.id))
    )
    found = dict.fromkeys(benchmark_ids, Glance(0, 0, None, None, None))
    rows = await execute(db, statement.where(is_wanted))
    return found | {row[0]: Glance(int(row[1]), int(row[2]), row[3], row[4], row[5]) for row in rows}


def _models_and_results(benchmark_ids: Sequence[int]) -> AnySelect:
    """Of each of the benchmarks that has any."""
    of = RESULT_COUNTS.c
    of_models = select(of.benchmark_id, func.sum(of.rows).label("rows"))
    of_models = of_models.where(among(of.benchmark_id, benchmark_ids))
    kept = of_models.group_by(of.benchmark_id, of.model_id).having(func.sum(of.rows) > 0).subquery().c
    counted: AnySelect = select(
        kept.benchmark_id, func.count().label("models"), func.sum(kept.rows).label("results")
    )
    return counted.group_by(kept.benchmark_id)


async def describe_benchmark(db: AsyncSession, name: str) -> BenchmarkDetail:
    """Raises NotFound."""
    benchmark = await named.find(db, Benchmark, name)
    assert benchmark.id is not None
    counts = (await execute(db, _models_and_results([benchmark.id]))).one_or_none()
    counted = BenchmarkCounts(models=counts.models if counts else 0, results=counts.results if counts else 0)
    metrics = await metrics_of(db, benchmark.id)
    return BenchmarkDetail(**benchmark.model_dump(), counts=counted, metrics=metrics)
