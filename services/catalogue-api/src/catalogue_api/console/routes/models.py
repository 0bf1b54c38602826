from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Annotated, Any

from catalogue_schema.text import ShortText
from fastapi import Query
from pydantic_core import to_json
from starlette.responses import Response

from catalogue_api.catalogue import choices
from catalogue_api.catalogue.agreement import wilson
from catalogue_api.catalogue.aliases import AliasQuery, list_aliases
from catalogue_api.catalogue.models import ModelQuery, at_a_glance, find_counted, list_models
from catalogue_api.catalogue.opinions import OpinionQuery, list_opinions
from catalogue_api.catalogue.prices import cheapest_of, price_history
from catalogue_api.catalogue.scores import scores_of
from catalogue_api.catalogue.sentiment import Month, by_month
from catalogue_api.catalogue.use_cases import list_uses
from catalogue_api.console.charts.months import sentiment_months
from catalogue_api.console.charts.prices import price_steps
from catalogue_api.console.metadata import open_weights, said_in
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
    ids = [each.id for each in listed.items]
    return console.page(
        "models.html",
        models=listed,
        glances=await at_a_glance(db, ids),
        prices=await cheapest_of(db, ids, asked.currency),
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
    found, results, use_cases = await find_counted(db, name)
    today = datetime.now(UTC).date()
    prices = await price_history(db, found.id, today, PRICES)
    uses = await list_uses(db, found.id)
    return console.page(
        "model.html",
        model=found,
        results=results,
        use_cases=use_cases,
        said=said_in(found.metadata_ or {}),
        weights=open_weights(found.metadata_),
        metadata=to_json(found.metadata_, indent=2).decode() if found.metadata_ else "",
        scores=await scores_of(db, found.id),
        prices=prices,
        price_chart=price_steps(prices.newest, today),
        **_sentiment((await by_month(db, [found.id]))[found.id]),
        opinions=await list_opinions(db, OpinionQuery(model=name, limit=OPINIONS)),
        uses={category: [*each] for category, each in groupby(uses, attrgetter("category"))},
        aliases=await list_aliases(db, AliasQuery(kind="model", name=name, limit=ALIASES)),
    )


def _sentiment(months: list[Month]) -> dict[str, Any]:
    """Of all months: how many opinions there are, and the positive share of those with a sentiment."""
    of = sum(sum(each.opinions.values()) for each in months)
    positive = sum(each.opinions["positive"] for each in months)
    low, high = wilson(positive, of) if of else (0, 0)
    return {
        "said_of_it": of + sum(each.unclassified for each in months),
        "liked": {"share": positive / of, "low": low, "high": high} if of else None,
        "months": months[:MONTHS],
        "month_chart": sentiment_months("Opinions by month", months[:MONTHS]),
    }
