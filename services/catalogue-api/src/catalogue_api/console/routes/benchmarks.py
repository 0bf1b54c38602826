from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from catalogue_api.catalogue import choices
from catalogue_api.catalogue.benchmarks import BenchmarkQuery, describe_benchmark, list_benchmarks
from catalogue_api.catalogue.claims import find_conflicts
from catalogue_api.catalogue.leads import Lead, LeadQuery, list_leads
from catalogue_api.catalogue.metrics import MetricResponse
from catalogue_api.catalogue.ranking import ChoiceQuery, RankingQuery, rank_models
from catalogue_api.console.charts.intervals import Interval, Intervals
from catalogue_api.console.charts.leads import lead_steps
from catalogue_api.console.formats import unit
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import NamePath

LEADS = 50

router = page_router()


@router.get("/benchmarks")
async def benchmarks(db: Database, console: Console, asked: Annotated[BenchmarkQuery, Query()]) -> Response:
    return console.page(
        "benchmarks.html",
        benchmarks=await list_benchmarks(db, asked),
        asked=asked,
        categories=await choices.benchmark_categories(db),
    )


@router.get("/benchmarks/{name:path}")
async def benchmark(
    db: Database, console: Console, name: NamePath, asked: Annotated[RankingQuery, Query()]
) -> Response:
    described = await describe_benchmark(db, name)
    metric = next((each for each in described.metrics if asked.metric in {each.name, None}), None)
    leads, by = await _leads(db, name, asked)
    return console.page(
        "benchmark.html",
        benchmark=described,
        metric=metric,
        asked=asked,
        organizations=await choices.organizations(db),
        tags=await choices.tags(db),
        leads=leads,
        leads_by=by,
        lead_chart=lead_steps(leads, _axis(metric), datetime.now(UTC).date()),
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


async def _leads(
    db: AsyncSession, name: str, asked: RankingQuery
) -> tuple[list[Lead], Literal["tested", "known"]]:
    """By the days of tests or, where nobody said these, by those on which results came."""
    choice = asked.model_dump(include={*ChoiceQuery.model_fields} - {"as_of_by"})
    tested = await list_leads(db, name, LeadQuery(**choice, as_of_by="tested", limit=LEADS))
    if tested.items:
        return tested.items, "tested"
    return (await list_leads(db, name, LeadQuery(**choice, as_of_by="known", limit=LEADS))).items, "known"


def _axis(metric: MetricResponse | None) -> str:
    return "score" if metric is None else f"{metric.name} ({unit(metric.unit) or 'no unit given'})"
