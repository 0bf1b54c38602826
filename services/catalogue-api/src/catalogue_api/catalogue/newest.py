"""The newest rows that match any combination of filters, at a cost that has a bound.

Matches are common or rare, and PostgreSQL's planner cannot know which for several filters together. So they
are first looked for in a window: the newest rows of the filter that is likely the narrowest. Where these do
not fill the page, matches are rare, and indexes find all of them at once.
"""

from math import ceil
from typing import Any, TypeVar

from catalogue_schema.tables.words import BLOCK
from pydantic import BaseModel
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    RowMapping,
    any_,
    func,
    literal,
    select,
    true,
    tuple_,
)
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.blocks import Span, find_blocks
from catalogue_api.catalogue.days import dated_ids, days_of
from catalogue_api.catalogue.filters import Filters
from catalogue_api.catalogue.paging import BY_ID, Page, PageQuery, encode_cursor
from catalogue_api.catalogue.statements import AnySelect, execute, expected
from catalogue_api.catalogue.words import Words

B = TypeVar("B", bound=BaseModel)

MAX_ID = 2**63 - 1
# Rows of the first window, more than any page has, and of the second. One filter's rows lie apart, all rows
# lie side by side.
OF_LEAD = (1_000, 8_000)
OF_ALL = (2_000, 20_000)
# Ids among which all rows of the dates are read.
OF_DATES = (20_000, 160_000)
CHEAP = 20_000.0
"""The planner's cost of some 5,000 rows that lie apart."""
FEW = 5_000
"""Rows that lie apart, and are all looked through for words."""
WITH_WORDS = 10_000
"""Rows of a lead that are looked through for words at once."""


async def newest_first(
    db: AsyncSession, statement: AnySelect, filters: Filters, query: PageQuery, response: type[B]
) -> Page[B]:
    """A page of the rows that match, in falling order of their ids; `statement` reads any of the table's.

    With words it is of those that match among a number of rows: there may be more, though it is not full.
    """
    after = query.after(BY_ID)
    span = Span(0, MAX_ID if after is None else after[1])
    search = _Search(db, statement, filters, query.limit + 1)
    words = filters.words
    rows, last = (await search.newest(span), None) if words is None else await search.with_words(words, span)
    if len(rows) > query.limit:
        rows = rows[: query.limit]
        last = rows[-1]["id"]
    cursor = None if last is None else encode_cursor((query.list_id(), last))
    return Page(items=[response.model_validate(row) for row in rows], next_cursor=cursor)


class _Search:
    def __init__(self, db: AsyncSession, statement: AnySelect, filters: Filters, count: int) -> None:
        self._db = db
        self._statement = statement
        self._filters = filters
        self._count = count

    async def newest(self, span: Span) -> list[RowMapping]:
        """The first `count` that match."""
        first, second = OF_ALL if self._filters.lead is None else OF_LEAD
        rows = await self._read(self._in_window(span, first))
        if len(rows) == self._count or self._filters.is_lead_alone:
            return rows
        span = await self._with_dates(span)
        if await self._last_of(span, first) is None:
            return await self._read(self._in_window(span, first)) if self._filters.by_date else rows
        # Where there is one match there are more, most likely, and finding them ends the window early.
        if rows or (await expected(self._db, self._matching())).cost > CHEAP:
            for matching in self._in_larger(span, second):
                rows = await self._read(matching)
                if len(rows) == self._count:
                    return rows
        return await self._read(self._anywhere(span))

    async def with_words(self, words: Words, span: Span) -> tuple[list[RowMapping], int | None]:
        """The first `count` that match; where there are fewer, the last row up to which that is all."""
        if self._filters.asked and await self._rows_without_words() <= FEW:
            return await self._read(self._anywhere(span)), None
        span = await self._with_dates(span)
        blocks = await find_blocks(self._db, words, span)
        if self._filters.lead is None or blocks.are_all:
            return await self._in_blocks(span, blocks.numbers), blocks.last
        rows = await self._read(self._in_window(span, WITH_WORDS))
        return rows, None if len(rows) == self._count else await self._last_of(span, WITH_WORDS)

    async def _rows_without_words(self) -> float:
        table = self._filters.table
        rows: AnySelect = select(table.c.id).where(*self._filters.without_words(table))
        return (await expected(self._db, rows)).rows

    async def _in_blocks(self, span: Span, blocks: list[int]) -> list[RowMapping]:
        """First of one block, then of as many as are likely to fill the page."""
        rows: list[RowMapping] = []
        read, size = 0, 1
        while read < len(blocks) and len(rows) < self._count:
            missing = self._count - len(rows)
            rows += await self._read(self._in_these(span, blocks[read : read + size], missing))
            read += size
            size = ceil((self._count - len(rows)) * read / len(rows)) if rows else len(blocks)
        return rows

    def _in_these(self, span: Span, blocks: list[int], count: int) -> AnySelect:
        table = self._filters.table
        each = select(func.unnest(literal(blocks, ARRAY(BigInteger))).label("block")).subquery()
        of_block = select(table).where(
            table.c.id >= func.greatest(each.c.block * BLOCK, span.start),
            table.c.id < func.least((each.c.block + 1) * BLOCK, span.end),
        )
        found = of_block.offset(0).lateral()
        matching = select(found.c.id).select_from(each.join(found, true()))
        return matching.where(*self._filters.conditions(found)).order_by(found.c.id.desc()).limit(count)

    async def _with_dates(self, span: Span) -> Span:
        if not self._filters.by_date:
            return span
        oldest, newest = await dated_ids(self._db, self._filters)
        return Span(oldest, min(span.end, newest + 1))

    def _in_larger(self, span: Span, size: int) -> list[AnySelect]:
        if not self._filters.by_date:
            return [self._in_window(span, size)]
        of_lead = [] if self._filters.lead is None else [self._in_window(span, size)]
        return of_lead + [self._in_dates(span, ids) for ids in OF_DATES]

    async def _read(self, ids: AnySelect) -> list[RowMapping]:
        row_id = self._filters.table.c.id
        found = self._statement.where(row_id == any_(func.array(ids.scalar_subquery())))
        return list((await execute(self._db, found.order_by(row_id.desc()))).mappings())

    def _in_window(self, span: Span, size: int) -> AnySelect:
        window = self._in_order(select(self._filters.table), span).limit(size).subquery("window")
        matching = select(window.c.id).where(*self._filters.conditions(window))
        return matching.order_by(*(column.desc() for column in self._order(window))).limit(self._count)

    def _in_dates(self, span: Span, size: int) -> AnySelect:
        """Day by day: rows may have come long after their date, among others of later dates."""
        table, day = self._filters.table, days_of(self._filters)
        start = max(span.start, span.end - size)
        of_day = select(table).where(
            table.c[self._filters.dated] == day.c.day, table.c.id >= start, table.c.id < span.end
        )
        rows = of_day.offset(0).lateral()  # OFFSET: else the filters' own indexes might be taken for each day
        matching = select(rows.c.id).select_from(day.join(rows, true()))
        return matching.where(*self._filters.conditions(rows)).order_by(rows.c.id.desc()).limit(self._count)

    async def _last_of(self, span: Span, size: int) -> int | None:
        """The window's last row, where there are more after it that may match."""
        ids = self._in_order(select(self._filters.table.c.id), span).offset(size - 1).limit(2)
        found = (await execute(self._db, ids)).scalars().all()
        return found[0] if len(found) == 2 else None

    def _matching(self) -> AnySelect:
        conditions = self._filters.conditions(self._filters.table)
        return select(self._filters.table.c.id).where(*conditions)

    def _anywhere(self, span: Span) -> AnySelect:
        # + 0: for a limit in order of ids, PostgreSQL would go through the table and hope for an early end.
        row_id = self._filters.table.c.id
        matching = self._matching().where(row_id >= span.start, row_id < span.end)
        return matching.order_by((row_id + 0).desc()).limit(self._count)

    def _in_order(self, rows: AnySelect, span: Span) -> AnySelect:
        """The lead's rows, newest first; without a lead, all.

        The lead is compared together with the id, since for an equality PostgreSQL may go through all ids.
        """
        order = self._order(self._filters.table)
        start, end = (self._place(row_id) for row_id in span)
        within = tuple_(*order) >= start, tuple_(*order) < end
        return rows.where(*within).order_by(*(column.desc() for column in order))

    def _order(self, rows: FromClause) -> list[ColumnElement[Any]]:
        lead = self._filters.lead
        return [rows.c.id] if lead is None else [rows.c[lead], rows.c.id]

    def _place(self, row_id: int) -> ColumnElement[Any]:
        lead = self._filters.lead
        value = [] if lead is None else [literal(self._filters.asked[lead], self._filters.table.c[lead].type)]
        return tuple_(*value, literal(row_id, BigInteger))
