"""How many dead letters there are, by reason and status."""

from typing import Any

from catalogue_schema.tables import LETTER_COUNTS
from catalogue_schema.tables.dead_letters import Status
from pydantic import BaseModel
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.dead_letters import LETTERS, LetterFilter
from catalogue_api.catalogue.statements import AnySelect, execute


class Count(BaseModel):
    reason: str
    status: Status
    count: int


class Summary(BaseModel):
    total: int
    items: list[Count]


async def summarise(db: AsyncSession, wanted: LetterFilter) -> Summary:
    """From the counts that are kept, where these tell it; else the letters are counted."""
    given = wanted.model_dump(include={*LetterFilter.model_fields}, exclude_none=True)
    kept = LETTER_COUNTS.c
    if given.keys() <= {*kept.keys()}:
        conditions = [kept[name] == value for name, value in given.items()]
        statement = _counted(kept, func.sum(kept.rows)).where(*conditions)
    else:
        statement = _counted(LETTERS.c, func.count()).where(*wanted.conditions())
    rows = (await execute(db, statement)).mappings()
    items = [Count.model_validate(row) for row in rows]
    return Summary(total=sum(item.count for item in items), items=items)


def _counted(of: ReadOnlyColumnCollection[str, Any], count: ColumnElement[int]) -> AnySelect:
    columns = (of.reason, of.status)
    counted = select(*columns, count.label("count")).group_by(*columns).having(count > 0)
    return counted.order_by(count.desc(), *columns)
