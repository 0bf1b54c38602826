"""What is new: models, results, and who leads a benchmark."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated, Literal, NamedTuple
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5

from catalogue_schema.tables import Benchmark, BenchmarkMetric, BenchmarkResult, Model
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping, case, func, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.results import latest_that_rank, with_names
from catalogue_api.catalogue.statements import execute, table_of

MOST = 50
Kind = Literal["models", "results", "leaders"]


class FeedQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Annotated[Kind | None, Field(description="All of them, unless given")] = None


class Entry(NamedTuple):
    """`id` stays the same as long as what is told does."""

    id: UUID
    kind: Kind
    title: str
    text: str
    path: str
    updated: datetime


async def find_news(db: AsyncSession, kind: Kind | None) -> list[Entry]:
    """The newest first. A leader is told of where one of the newest results is of its benchmark."""
    entries: list[Entry] = []
    if kind in {None, "models"}:
        entries += [_model(row) for row in await newest_models(db)]
    newest = [] if kind == "models" else await newest_results(db)
    if kind in {None, "results"}:
        entries += [_result(row) for row in newest]
    if kind in {None, "leaders"}:
        entries += [_leader(row) for row in await find_leaders(db, {row["benchmark_id"] for row in newest})]
    return sorted(entries, key=lambda entry: entry.updated, reverse=True)[:MOST]


async def newest_models(db: AsyncSession, count: int = MOST) -> Sequence[RowMapping]:
    of = table_of(Model).c
    newest = select(of.name, of.organization, of.release_date, of.created_at)
    return (await execute(db, newest.order_by(of.id.desc()).limit(count))).mappings().all()


async def newest_results(db: AsyncSession, count: int = MOST) -> Sequence[RowMapping]:
    newest = with_names(table_of(BenchmarkResult)).order_by(col(BenchmarkResult.id).desc())
    return (await execute(db, newest.limit(count))).mappings().all()


async def recently_measured(db: AsyncSession, count: int) -> Sequence[int]:
    """The benchmarks that the newest results are of."""
    result = table_of(BenchmarkResult).c
    newest = select(func.max(result.id)).where(result.benchmark_id == col(Benchmark.id)).scalar_subquery()
    statement = select(col(Benchmark.id)).where(newest.is_not(None)).order_by(newest.desc()).limit(count)
    return (await execute(db, statement)).scalars().all()


async def find_leaders(db: AsyncSession, benchmark_ids: Collection[int]) -> Sequence[RowMapping]:
    """Of each benchmark the result that leads it, by the benchmarks' names."""
    higher = func.coalesce(col(BenchmarkMetric.higher_is_better), true()).label("higher")
    ranked = latest_that_rank(col(Benchmark.name).label("benchmark"), col(Model.name).label("model"), higher)
    latest = ranked.where(col(Benchmark.id).in_(benchmark_ids)).subquery()
    best = case((latest.c.higher, -latest.c.score), else_=latest.c.score)
    first = select(latest).ext(distinct_on(latest.c.benchmark))
    leaders = await execute(db, first.order_by(latest.c.benchmark, best, latest.c.model))
    return leaders.mappings().all()


def _model(row: RowMapping) -> Entry:
    return Entry(
        uuid5(NAMESPACE_URL, f"model\n{row['name']}"),
        "models",
        f"New model: {row['name']}",
        f"Of {row['organization']}.",
        f"/v1/models/{quote(row['name'])}",
        row["created_at"],
    )


def _result(row: RowMapping) -> Entry:
    said = (row["date_tested"] and f"tested on {row['date_tested']}", row["evaluator"], row["harness"])
    return Entry(
        _id_of(row),
        "results",
        f"{row['model']} scores {_score(row)} on {row['benchmark']}",
        ", ".join(str(each) for each in said if each) or "Nothing more is said of it.",
        f"/v1/results/{row['id']}",
        row["updated_at"],
    )


def _id_of(result: RowMapping) -> UUID:
    """Two producers' events may have one id."""
    event_id, producer = result["event_id"], result["producer"]
    return event_id if producer is None else uuid5(producer, str(event_id))


def _leader(row: RowMapping) -> Entry:
    return Entry(
        uuid5(NAMESPACE_URL, f"leader\n{row['benchmark']}\n{row['event_id']}"),
        "leaders",
        f"{row['model']} leads {row['benchmark']}",
        f"With {_score(row)}.",
        f"/v1/rankings/{quote(row['benchmark'])}",
        row["updated_at"],
    )


def _score(row: RowMapping) -> str:
    return " ".join(str(each) for each in (row["score"], row["unit"]) if each is not None)
