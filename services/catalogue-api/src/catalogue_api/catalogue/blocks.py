"""The blocks of ids in which opinions may have the words that are asked for."""

from typing import NamedTuple

from catalogue_schema.tables.words import BLOCK, BUCKETS, SEGMENT, digest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.statements import execute
from catalogue_api.catalogue.words import Words

AT_ONCE = 16
"""Blocks that are looked through for a page: some 50 ms, where all texts are short."""

# Of gathered segments the blocks that have the words; of the others, and of those after them, all.
FIND = text(f"""
WITH wanted AS (
    SELECT CAST(:first AS bigint) AS first,
        least(:last, coalesce((SELECT max(id) / {BLOCK} FROM opinions), -1)) AS last
), known AS (
    SELECT segment, is_gathered FROM wanted, opinion_segments
    WHERE segment BETWEEN first / {SEGMENT} AND last / {SEGMENT}
), having_words AS (
    SELECT segment, CASE WHEN :is_any THEN bit_or(found) ELSE bit_and(found) END AS blocks
    FROM known JOIN opinion_words USING (segment)
    JOIN unnest(CAST(:words AS int[])) AS word ON bucket = word & {BUCKETS - 1},
        LATERAL (SELECT blocks[array_position(words, word)] AS found)
    WHERE is_gathered GROUP BY segment HAVING count(found) >= :needed
), segments AS (
    SELECT * FROM having_words
    UNION ALL
    SELECT segment, -1 FROM known WHERE NOT is_gathered
    UNION ALL
    SELECT segment, -1 FROM wanted, generate_series(first / {SEGMENT}, last / {SEGMENT}) AS segment
    WHERE segment NOT IN (SELECT segment FROM known)
)
SELECT segment * {SEGMENT} + bit AS block FROM wanted, segments, generate_series(0, {SEGMENT - 1}) AS bit
WHERE blocks & (1 << bit) <> 0 AND segment * {SEGMENT} + bit BETWEEN first AND last
ORDER BY block DESC LIMIT :count
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


async def find_blocks(db: AsyncSession, words: Words, span: Span) -> Blocks:
    digests = {digest(word) for word in words.words}
    asked = {
        "words": [*digests],
        "is_any": words.is_any,
        "needed": 1 if words.is_any else len(digests),
        "first": span.start // BLOCK,
        "last": (span.end - 1) // BLOCK,
        "count": AT_ONCE + 1,
    }
    numbers = [*(await execute(db, FIND.bindparams(**asked))).scalars()]
    return Blocks(numbers[:AT_ONCE], are_all=len(numbers) <= AT_ONCE)
