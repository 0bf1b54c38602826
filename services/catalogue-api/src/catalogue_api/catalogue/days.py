"""From dates to ids: mostly, rows come in the order of their dates."""

from typing import Any

from sqlalchemy import CTE, func, select, true
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.filters import Filters
from catalogue_api.catalogue.statements import AnySelect, execute

NOTHING = (0, -1)


async def dated_ids(db: AsyncSession, filters: Filters) -> tuple[int, int]:
    """The first and the last id that a row of the filters' dates has, or NOTHING.

    Read day by day from the index on date and id, so that the cost is the number of days, not of rows.
    """
    oldest, newest = days_of(filters, newest=False), days_of(filters)
    first, last = select(func.min(oldest.c.id)), select(func.max(newest.c.id))
    found = (await execute(db, select(first.scalar_subquery(), last.scalar_subquery()))).one()
    return NOTHING if found[0] is None else (found[0], found[1])


def days_of(filters: Filters, *, newest: bool = True) -> CTE:
    """Of each day the newest or the oldest id."""
    dated, row_id = filters.table.c[filters.dated], filters.table.c.id
    order: list[Any] = [dated.desc(), row_id.desc()] if newest else [dated, row_id]
    first: AnySelect = select(dated.label("day"), row_id).where(*filters.dates(filters.table))
    first = first.order_by(*order).limit(1)
    days = first.cte("newest" if newest else "oldest", recursive=True)
    following = dated < days.c.day if newest else dated > days.c.day
    step = first.where(following).lateral()
    return days.union_all(select(step).select_from(days.join(step, true())))
