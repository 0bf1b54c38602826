"""Cost against quality: what a benchmark's models score, and what the cheapest provider asks for them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from catalogue_schema.tables.prices import Currency
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping, select
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.history import reported_results
from catalogue_api.catalogue.paging import ListQuery
from catalogue_api.catalogue.prices import held_prices
from catalogue_api.catalogue.ranking import ChoiceQuery, choose, ranked_models
from catalogue_api.catalogue.statements import execute


class ValueQuery(ListQuery, ChoiceQuery):
    currency: Currency = "USD"
    input_share: Annotated[
        float, Field(ge=0, le=1, description="The part of all tokens that are read, not written")
    ] = 0.75
    limit: Annotated[int, Field(ge=1, le=5000)] = 1000


class Value(BaseModel):
    """A model's latest score on the benchmark, and its lowest price; prices are per million tokens."""

    model: Annotated[str, Field(examples=["openai/gpt-4o"])]
    score: float
    low: float
    high: float
    metric: str | None
    unit: str | None
    cost: Annotated[float, Field(description="Of a million tokens, `input_share` of them input")]
    input: float
    output: float
    provider: str
    currency: str
    on_frontier: Annotated[bool, Field(description="No other is as good and costs as little")]
    event_id: Annotated[UUID, Field(description="Of the report; see /v1/events/{event_id}")]


class Values(BaseModel):
    items: Annotated[list[Value], Field(description="Models with a price and a score, the cheapest first")]


async def find_value(db: AsyncSession, name: str, query: ValueQuery) -> Values:
    """At today's prices, or those of the day that is asked for. Raises NotFound."""
    ranked = ranked_models(await choose(db, name, query, reported_results(query)))
    scored = (await execute(db, select(ranked))).mappings().all()
    day: date = query.as_of or datetime.now(UTC).date()
    cheapest = _cheapest(await held_prices(db, day, query.currency), Decimal(str(query.input_share)))
    priced = [(row, *cheapest[row["model_id"]]) for row in scored if row["model_id"] in cheapest]
    priced.sort(key=lambda each: (each[1], each[0]["key"], each[0]["model"]))
    items, best = [], float("inf")
    for row, cost, price in priced:
        said = {**row, **{name: price[name] for name in ("input", "output", "provider", "currency")}}
        items.append(Value.model_validate({**said, "cost": cost, "on_frontier": row["key"] < best}))
        best = min(best, row["key"])
    return Values(items=items[: query.limit])


def _cheapest(prices: Iterable[RowMapping], input_share: Decimal) -> dict[int, tuple[Decimal, RowMapping]]:
    """Each model's lowest cost, and the price that it is of."""
    cheapest: dict[int, tuple[Decimal, RowMapping]] = {}
    for price in prices:
        cost = price["input"] * input_share + price["output"] * (1 - input_share)
        known = cheapest.get(price["model_id"])
        if known is None or (cost, price["provider"]) < (known[0], known[1]["provider"]):
            cheapest[price["model_id"]] = (cost, price)
    return cheapest
