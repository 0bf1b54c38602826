"""Which words opinions have, by blocks of ids: a search looks only through the blocks that have its words.

ingest-worker gathers the words of whole segments of blocks, a while after their rows were written. A segment
that is not gathered has to be looked through: it is new, or some of its rows went.

Words are kept as digests, many to a row: a row for each word of a segment would take eight times the room.
"""

from hashlib import sha256

from sqlalchemy import ARRAY, DDL, BigInteger, Boolean, Column, Integer, SmallInteger, Table, event
from sqlmodel import SQLModel

from catalogue_schema.tables.opinions import Opinion

BLOCK = 1024
"""A block's ids are those from its number times this; a segment's blocks from its number times SEGMENT."""
SEGMENT = 16
BUCKETS = 256
LANGUAGE = "simple"
"""Words as they are: opinions come in many languages, and a stemmer would take names of models for words."""

OPINION_SEGMENTS = Table(
    "opinion_segments",
    SQLModel.metadata,
    Column("segment", BigInteger, primary_key=True, autoincrement=False),
    Column("is_gathered", Boolean, nullable=False),
)
# `blocks` has, for each of `words`, a bit for each block of the segment. A bucket is of a digest's last bits.
OPINION_WORDS = Table(
    "opinion_words",
    SQLModel.metadata,
    Column("segment", BigInteger, primary_key=True, autoincrement=False),
    Column("bucket", SmallInteger, primary_key=True, autoincrement=False),
    Column("words", ARRAY(Integer), nullable=False),
    Column("blocks", ARRAY(Integer), nullable=False),
)


def digest(word: str) -> int:
    """As the function keep_opinion_words has it: the first four bytes of SHA-256."""
    return int.from_bytes(sha256(word.encode()).digest()[:4], signed=True)


# The function has its owner's rights: whoever calls it need not be able to read what people wrote.
#
# A segment's row is locked before its opinions are read, in a statement of its own, whose snapshot is the
# later one: of whoever deletes at the same time, either the deletion is seen, or it is gathered again.
KEEP_WORDS = f"""
CREATE OR REPLACE FUNCTION keep_opinion_words(settled bigint, at_once int, OUT kept bigint, OUT behind bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    start bigint := (SELECT coalesce(max(segment) + 1, 0) FROM opinion_segments WHERE is_gathered);
    stop bigint := settled / {BLOCK * SEGMENT};
    next bigint[];
BEGIN
    INSERT INTO opinion_segments (segment, is_gathered)
    SELECT segment, false FROM generate_series(start, least(start + at_once, stop) - 1) AS segment
    ON CONFLICT DO NOTHING;
    next := ARRAY(SELECT segment FROM opinion_segments WHERE NOT is_gathered AND segment < stop
                  ORDER BY segment LIMIT at_once FOR UPDATE SKIP LOCKED);
    DELETE FROM opinion_words WHERE segment = ANY (next);
    INSERT INTO opinion_words (segment, bucket, words, blocks)
    SELECT segment, digest & {BUCKETS - 1}, array_agg(digest), array_agg(blocks)
    FROM (
        SELECT segment, bit_or(blocks) AS blocks,
            ('x' || left(encode(sha256(convert_to(lexeme, 'UTF8')), 'hex'), 8))::bit(32)::int AS digest
        FROM (
            SELECT segment, lexeme, bit_or(1 << CAST(id / {BLOCK} % {SEGMENT} AS int)) AS blocks
            FROM unnest(next) AS segment
            JOIN opinions ON id >= segment * {BLOCK * SEGMENT} AND id < (segment + 1) * {BLOCK * SEGMENT},
                unnest(to_tsvector('{LANGUAGE}', content))
            GROUP BY segment, lexeme
        ) AS of_words GROUP BY segment, digest
    ) AS of_digests GROUP BY segment, digest & {BUCKETS - 1};
    UPDATE opinion_segments SET is_gathered = true WHERE segment = ANY (next);
    kept := cardinality(next);
    behind := (SELECT count(*) FROM opinion_segments WHERE NOT is_gathered AND segment < stop)
        + greatest(0, stop - 1 - (SELECT max(segment) FROM opinion_segments WHERE segment < stop));
END $$
"""
# In order of the segments, so that two who delete wait for each other and cannot deadlock.
FORGET_WORDS = f"""
CREATE OR REPLACE FUNCTION forget_opinion_words() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO opinion_segments (segment, is_gathered)
    SELECT DISTINCT id / {BLOCK * SEGMENT}, false FROM removed ORDER BY 1
    ON CONFLICT (segment) DO UPDATE SET is_gathered = false;
    RETURN NULL;
END $$
"""
FORGETTING = tuple(
    f"CREATE TRIGGER forget_words_{operation.lower()} AFTER {operation} ON opinions "
    "REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION forget_opinion_words()"
    for operation in ("UPDATE", "DELETE")
)
for statement in (KEEP_WORDS, FORGET_WORDS, *FORGETTING):
    ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
    event.listen(SQLModel.metadata.tables[str(Opinion.__tablename__)], "after_create", ddl)
