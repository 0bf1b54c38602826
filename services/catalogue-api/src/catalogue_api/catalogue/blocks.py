"""The blocks of ids in which opinions may have the words that are asked for."""

from collections.abc import Iterator
from typing import NamedTuple

from catalogue_schema.tables.words import BLOCK
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.statements import execute
from catalogue_api.catalogue.words import Words

AT_ONCE = 20
"""Blocks that are looked through for a page: some 50 ms, where all texts are short."""

# Those whose words are not gathered yet, those with the words, and those that lost some of theirs.
FIND = text(f"""
WITH known AS (
    SELECT (SELECT max(id) / {BLOCK} FROM opinions) AS newest,
        (SELECT coalesce(max(block), -1) FROM opinion_words WHERE words IS NOT NULL) AS gathered
)
SELECT block FROM (
    (SELECT block FROM known,
         generate_series(least(:last, newest), greatest(:first, gathered + 1), -1) AS block LIMIT :count)
    UNION ALL
    (SELECT block FROM find_opinion_words(:words, :is_any) AS block WHERE block BETWEEN :first AND :last)
    UNION ALL
    (SELECT block FROM known, opinion_words
     WHERE words IS NULL AND block BETWEEN :first AND least(:last, gathered) ORDER BY block DESC LIMIT :count)
) AS found ORDER BY block DESC LIMIT :count
""")


class Span(NamedTuple):
    """Ids, from the first up to, not including, the last."""

    start: int
    end: int


class Blocks(NamedTuple):
    """The newest, in falling order; `are_all` unless there are others before them."""

    numbers: list[int]
    are_all: bool

    @property
    def last(self) -> int | None:
        """The id before which there may be more."""
        return None if self.are_all else self.numbers[-1] * BLOCK

    def in_growing_steps(self) -> Iterator[list[int]]:
        start, size = 0, 1
        while start < len(self.numbers):
            yield self.numbers[start : start + size]
            start, size = start + size, size * 4


async def find_blocks(db: AsyncSession, words: Words, span: Span) -> Blocks:
    asked = {
        "words": [*words.words],
        "is_any": words.is_any,
        "first": span.start // BLOCK,
        "last": (span.end - 1) // BLOCK,
        "count": AT_ONCE + 1,
    }
    numbers = [*(await execute(db, FIND.bindparams(**asked))).scalars()]
    return Blocks(numbers[:AT_ONCE], are_all=len(numbers) <= AT_ONCE)
