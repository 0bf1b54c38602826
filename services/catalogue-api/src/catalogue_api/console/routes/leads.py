from datetime import UTC, datetime
from typing import Annotated

from catalogue_schema.text import NewName
from fastapi import Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from catalogue_api.catalogue.benchmarks import describe_benchmark
from catalogue_api.catalogue.leads import LeadQuery, Leads, list_leads
from catalogue_api.catalogue.metrics import MetricResponse
from catalogue_api.console.charts.leads import lead_steps
from catalogue_api.console.charts.value import score_axis
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database

router = page_router()


class LeadPageQuery(LeadQuery):
    benchmark: NewName


@router.get("/leads")
async def leads(db: Database, console: Console, asked: Annotated[LeadPageQuery, Query()]) -> Response:
    described = await describe_benchmark(db, asked.benchmark)
    query = LeadQuery.model_validate(asked.model_dump(exclude={"benchmark"}, exclude_unset=True))
    found, query = await _leads(db, described.name, query)
    axis = _axis(described.metric(asked.metric))
    return console.page(
        "leads.html",
        benchmark=described,
        leads=found,
        by=query.as_of_by,
        chart=lead_steps(found.items, axis, datetime.now(UTC).date()),
    )


async def _leads(db: AsyncSession, name: str, query: LeadQuery) -> tuple[Leads, LeadQuery]:
    """By the days of results' coming, where none says when it was tested and nobody asked for these days."""
    found = await list_leads(db, name, query)
    if found.items or "as_of_by" in query.model_fields_set:
        return found, query
    query = query.model_copy(update={"as_of_by": "known"})
    return await list_leads(db, name, query), query


def _axis(metric: MetricResponse | None) -> str:
    return "score" if metric is None else score_axis(metric.name, metric.unit)
