"""What is said of a model, by month."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from catalogue_schema.sentiment import SENTIMENTS, Sentiment
from catalogue_schema.tables import OPINION_COUNTS, Model
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.paging import ListQuery
from catalogue_api.catalogue.statements import among, execute


class Month(BaseModel):
    """`unclassified` are the opinions without a sentiment, which `opinions` has not."""

    month: Annotated[date, Field(description="Its first day")]
    opinions: dict[Sentiment, int]
    unclassified: Annotated[int, Field(exclude=True)] = 0


class Months(BaseModel):
    items: Annotated[list[Month], Field(description="The latest first; a month without opinions is left out")]


async def sentiment_of(db: AsyncSession, name: str, _: ListQuery) -> Months:
    """By the month in which opinions were published or, where that is not known, came. Raises NotFound."""
    model_id = (await named.find(db, Model, name)).id
    assert model_id is not None
    return Months(items=(await by_month(db, [model_id]))[model_id])


async def by_month(db: AsyncSession, model_ids: Sequence[int]) -> dict[int, list[Month]]:
    """Of each model, the latest first."""
    of = OPINION_COUNTS.c
    keys = (of.model_id, of.month, of.sentiment)
    counted = select(*keys, func.sum(of.rows)).where(among(of.model_id, model_ids)).group_by(*keys)
    counted = counted.having(func.sum(of.rows) > 0).order_by(of.month.desc())
    months: dict[int, dict[date, Month]] = {model_id: {} for model_id in model_ids}
    for model_id, day, sentiment, count in await execute(db, counted):
        month = Month(month=day, opinions=dict.fromkeys(SENTIMENTS, 0))
        found = months[model_id].setdefault(day, month)
        if sentiment is None:
            found.unclassified = int(count)
        else:
            found.opinions[sentiment] = int(count)
    return {model_id: [*found.values()] for model_id, found in months.items()}
