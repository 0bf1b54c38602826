from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from catalogue_api.catalogue.benchmarks import BenchmarkQuery, describe_benchmark, list_benchmarks
from catalogue_api.catalogue.ranking import RankingQuery, rank_models
from catalogue_api.console.charts.intervals import Interval, Intervals
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import NamePath

router = page_router()


@router.get("/benchmarks")
async def benchmarks(db: Database, console: Console, asked: Annotated[BenchmarkQuery, Query()]) -> Response:
    return console.page("benchmarks.html", benchmarks=await list_benchmarks(db, asked), asked=asked)


@router.get("/benchmarks/{name:path}")
async def benchmark(
    db: Database, console: Console, name: NamePath, asked: Annotated[RankingQuery, Query()]
) -> Response:
    described, ranking = await describe_benchmark(db, name), await rank_models(db, name, asked)
    scale = Intervals.of([Interval(row.low, row.score, row.high) for row in ranking.items])
    return console.page("benchmark.html", benchmark=described, ranking=ranking, scale=scale, asked=asked)
