from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Annotated, Any

from catalogue_schema.text import ShortText
from fastapi import Query
from pydantic_core import to_json
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from catalogue_api.catalogue import choices
from catalogue_api.catalogue.agreement import wilson
from catalogue_api.catalogue.aliases import AliasQuery, list_aliases
from catalogue_api.catalogue.history import AsOfQuery
from catalogue_api.catalogue.models import ModelDetail, ModelQuery, describe_model, list_models
from catalogue_api.catalogue.opinions import OpinionQuery, list_opinions
from catalogue_api.catalogue.prices import PriceQuery, cheapest_of, list_prices
from catalogue_api.catalogue.scores import scores_of
from catalogue_api.catalogue.sentiment import by_month
from catalogue_api.catalogue.use_cases import list_uses
from catalogue_api.console.charts.months import sentiment_months
from catalogue_api.console.charts.prices import price_steps
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import NamePath

PRICES, ALIASES = 200, 100
MONTHS = 36
OPINIONS = 10
"""How many a model's page shows; its links lead to all."""

router = page_router()


@router.get("/models")
async def models(db: Database, console: Console, asked: Annotated[ModelQuery, Query()]) -> Response:
    listed = await list_models(db, asked)
    return console.page(
        "models.html",
        models=listed,
        prices=await cheapest_of(db, [each.id for each in listed.items], asked.currency),
        asked=asked,
        organizations=await choices.organizations(db),
        tags=await choices.tags(db),
    )


@router.get("/choices/models")
async def model_choices(
    db: Database,
    console: Console,
    model: Annotated[ShortText | None, Query()] = None,
    models: Annotated[ShortText | None, Query()] = None,
) -> Response:
    """What a field of either name suggests, while somebody writes in it."""
    return console.page("_choices.html", options=await choices.models(db, model or models))


@router.get("/models/{name:path}")
async def model(db: Database, console: Console, name: NamePath) -> Response:
    described = await describe_model(db, name, AsOfQuery())
    return console.page(
        "model.html",
        model=described,
        metadata=_as_text(described),
        liked=_liked(described),
        scores=await scores_of(db, described.id),
        **await _prices(db, name),
        **await _opinions(db, described),
        uses={
            category: [*uses]
            for category, uses in groupby(await list_uses(db, described.id), attrgetter("category"))
        },
        aliases=await list_aliases(db, AliasQuery(kind="model", name=name, limit=ALIASES)),
    )


def _as_text(model: ModelDetail) -> str:
    return to_json(model.metadata_, indent=2).decode() if model.metadata_ else ""


def _liked(model: ModelDetail) -> dict[str, float] | None:
    """The share of positive opinions among those with a sentiment, and what it is between."""
    of = sum(model.sentiment.values())
    if not of:
        return None
    positive = model.sentiment["positive"]
    low, high = wilson(positive, of)
    return {"share": positive / of, "low": low, "high": high}


async def _prices(db: AsyncSession, name: str) -> dict[str, Any]:
    prices = await list_prices(db, PriceQuery(model=name, limit=PRICES))
    return {"prices": prices, "price_chart": price_steps(prices.items, datetime.now(UTC).date())}


async def _opinions(db: AsyncSession, model: ModelDetail) -> dict[str, Any]:
    months = (await by_month(db, model.id))[:MONTHS]
    return {
        "opinions": await list_opinions(db, OpinionQuery(model=model.name, limit=OPINIONS)),
        "months": months,
        "month_chart": sentiment_months("Opinions by month", months),
    }
