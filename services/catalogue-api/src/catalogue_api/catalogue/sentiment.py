"""What is said of a model, by month."""

from datetime import date
from typing import Annotated

from catalogue_schema.sentiment import SENTIMENTS, Sentiment
from catalogue_schema.tables import OPINION_COUNTS, Model
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.paging import ListQuery
from catalogue_api.catalogue.statements import execute


class Month(BaseModel):
    month: Annotated[date, Field(description="Its first day")]
    opinions: dict[Sentiment, int]


class Months(BaseModel):
    items: Annotated[list[Month], Field(description="The latest first; a month without opinions is left out")]


async def sentiment_of(db: AsyncSession, name: str, _: ListQuery) -> Months:
    """By the month in which opinions were published or, where that is not known, came. Raises NotFound."""
    model_id = (await named.find(db, Model, name)).id
    assert model_id is not None
    return Months(items=await by_month(db, model_id))


async def by_month(db: AsyncSession, model_id: int) -> list[Month]:
    """The latest first. Opinions without a sentiment make a month, and are in none of its counts."""
    of = OPINION_COUNTS.c
    counted = select(of.month, of.sentiment, func.sum(of.rows)).where(of.model_id == model_id)
    counted = counted.group_by(of.month, of.sentiment).having(func.sum(of.rows) > 0)
    months: dict[date, Month] = {}
    for day, sentiment, count in await execute(db, counted.order_by(of.month.desc())):
        found = months.setdefault(day, Month(month=day, opinions=dict.fromkeys(SENTIMENTS, 0)))
        if sentiment is not None:
            found.opinions[sentiment] = int(count)
    return [*months.values()]
