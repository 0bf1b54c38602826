from typing import Annotated, Any

from catalogue_schema.text import NewName
from fastapi import Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from catalogue_api.catalogue import choices
from catalogue_api.catalogue.value import Value, ValueQuery, find_value
from catalogue_api.console.charts.value import cost_and_score
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database

MOST = 200
"""Models that the page shows; the data has all."""

router = page_router()


class ValuePageQuery(ValueQuery):
    benchmark: NewName | None = None


@router.get("/value")
async def value(db: Database, console: Console, asked: Annotated[ValuePageQuery, Query()]) -> Response:
    found = {} if asked.benchmark is None else await _found(db, asked.benchmark, asked)
    return console.page(
        "value.html",
        asked=asked,
        benchmarks=await choices.benchmarks(db),
        organizations=await choices.organizations(db),
        tags=await choices.tags(db),
        **found,
    )


async def _found(db: AsyncSession, benchmark: str, asked: ValuePageQuery) -> dict[str, Any]:
    query = ValueQuery.model_validate(asked.model_dump(exclude={"benchmark", "limit"}))
    values = (await find_value(db, benchmark, query)).items
    shown = _shown(values)
    title = f"Cost and score on {benchmark}"
    return {"values": shown, "all": len(values), "chart": cost_and_score(shown, title)}


def _shown(values: list[Value]) -> list[Value]:
    """The frontier, and of the others the cheapest."""
    others = [each for each in values if not each.on_frontier][:MOST]
    return sorted([each for each in values if each.on_frontier] + others, key=lambda each: each.cost)[:MOST]
