from typing import Annotated, Any

from fastapi import Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from catalogue_api.catalogue import choices
from catalogue_api.catalogue.benchmarks import (
    BenchmarkQuery,
    at_a_glance,
    describe_benchmark,
    list_benchmarks,
)
from catalogue_api.catalogue.claims import find_conflicts
from catalogue_api.catalogue.ranking import RankingQuery, rank_models
from catalogue_api.console.charts.intervals import Interval, Intervals
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import NamePath

router = page_router()


@router.get("/benchmarks")
async def benchmarks(db: Database, console: Console, asked: Annotated[BenchmarkQuery, Query()]) -> Response:
    listed = await list_benchmarks(db, asked)
    return console.page(
        "benchmarks.html",
        benchmarks=listed,
        glances=await at_a_glance(db, [each.id for each in listed.items]),
        asked=asked,
        categories=await choices.benchmark_categories(db),
    )


@router.get("/benchmarks/{name:path}")
async def benchmark(
    db: Database, console: Console, name: NamePath, asked: Annotated[RankingQuery, Query()]
) -> Response:
    described = await describe_benchmark(db, name)
    return console.page(
        "benchmark.html",
        benchmark=described,
        metric=described.metric(asked.metric),
        asked=asked,
        organizations=await choices.organizations(db),
        tags=await choices.tags(db),
        **await _ranking(db, name, asked),
    )


async def _ranking(db: AsyncSession, name: str, asked: RankingQuery) -> dict[str, Any]:
    ranking = await rank_models(db, name, asked)
    several = [row.model for row in ranking.items if row.claims > 1]
    return {
        "ranking": ranking,
        "scale": Intervals.of([Interval(row.low, row.score, row.high) for row in ranking.items]),
        "conflicts": await find_conflicts(db, name, asked, several) if several else [],
    }
