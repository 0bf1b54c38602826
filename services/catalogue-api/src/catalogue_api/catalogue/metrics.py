"""Metrics of benchmarks: direction, unit and range, and which of them ranks."""

from typing import Annotated, Self

from catalogue_schema.tables import Benchmark, BenchmarkMetric, BenchmarkMetricBase
from catalogue_schema.tables.mixins import RequestSchema
from catalogue_schema.text import NewName, ShortText
from pydantic import Field, model_validator
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.paging import BY_ID, Page, PageQuery, fetch_page
from catalogue_api.catalogue.statements import AnySelect, execute, table_of
from catalogue_api.http.problems import NotFound


class MetricQuery(PageQuery):
    benchmark: NewName | None = None


class MetricPut(BenchmarkMetricBase, RequestSchema):
    """A metric as a whole: what is left out is as it is for a new one."""

    benchmark: NewName
    name: ShortText

    @model_validator(mode="after")
    def _range_is_one(self) -> Self:
        if self.lowest is not None and self.highest is not None and self.lowest > self.highest:
            raise ValueError("lowest is above highest")
        return self


class MetricResponse(BenchmarkMetricBase):
    id: int
    benchmark: Annotated[str, Field(examples=["SWE-Bench Verified"])]
    name: Annotated[str, Field(examples=["resolved"])]


async def list_metrics(db: AsyncSession, query: MetricQuery) -> Page[MetricResponse]:
    """The newest first."""
    statement = _with_names()
    if query.benchmark is not None:
        statement = statement.where(col(Benchmark.name) == query.benchmark)
    after = query.after(BY_ID)
    if after is not None:
        statement = statement.where(col(BenchmarkMetric.id) < after[1])
    ordered = statement.order_by(col(BenchmarkMetric.id).desc())
    rows, cursor = await fetch_page(db, ordered, query.limit, lambda row: (query.list_id(), row["id"]))
    return Page(items=[MetricResponse.model_validate(row) for row in rows], next_cursor=cursor)


async def put_metric(db: AsyncSession, new: MetricPut) -> MetricResponse:
    """Create or replace it; where it ranks, no other of its benchmark does any more. Raises NotFound."""
    benchmark = await named.find(db, Benchmark, new.benchmark, for_update=True)
    table = table_of(BenchmarkMetric)
    if new.ranks:
        others = update(table).where(table.c.benchmark_id == benchmark.id, table.c.name != new.name)
        await execute(db, others.values(ranks=False))
    values = new.model_dump(exclude={"benchmark"})
    written = insert(table).values(benchmark_id=benchmark.id, **values)
    replaced = written.on_conflict_do_update(constraint="uix_benchmark_metric", set_=values)
    metric_id = (await execute(db, replaced.returning(table.c.id))).scalar_one()
    return MetricResponse(id=metric_id, **new.model_dump())


async def remove_metric(db: AsyncSession, metric_id: int) -> None:
    """Its results stay, and the next report of it adds it again. Raises NotFound."""
    statement = delete(BenchmarkMetric).where(col(BenchmarkMetric.id) == metric_id)
    if (await execute(db, statement.returning(col(BenchmarkMetric.id)))).scalar_one_or_none() is None:
        raise NotFound(f"There is no metric {metric_id}; GET /v1/metrics lists those that there are.")


async def metrics_of(db: AsyncSession, benchmark_id: int) -> list[MetricResponse]:
    """The one that ranks first, then by name."""
    table = table_of(BenchmarkMetric)
    statement = _with_names().where(table.c.benchmark_id == benchmark_id)
    rows = (await execute(db, statement.order_by(table.c.ranks.desc(), table.c.name))).mappings()
    return [MetricResponse.model_validate(row) for row in rows]


def _with_names() -> AnySelect:
    statement: AnySelect = select(table_of(BenchmarkMetric), col(Benchmark.name).label("benchmark"))
    return statement.join(Benchmark)
