"""Which words opinions have, by blocks of ids: a search looks only through the blocks that have its words.

ingest-worker gathers the words of blocks that are full, a while after their rows were written. A block
without `words` has to be looked through: some of its rows went, and with them maybe the last with a word.
"""

from sqlalchemy import ARRAY, DDL, BigInteger, Column, Index, Table, Text, event, text
from sqlmodel import SQLModel

from catalogue_schema.tables.opinions import Opinion

BLOCK = 1024
"""A block's ids are those from its number times this."""
LANGUAGE = "simple"
"""Words as they are: opinions come in many languages, and a stemmer would take names of models for words."""

# The function has its owner's rights: whoever calls it need not be able to read what people wrote.
#
# A block's row is locked before its opinions are read, in a statement of its own, whose snapshot is the later
# one: of whoever deletes at the same time, either the deletion is seen, or the words are forgotten after it.
KEEP_WORDS = f"""
CREATE OR REPLACE FUNCTION keep_opinion_words(settled bigint, at_once int, OUT kept bigint, OUT behind bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    start bigint := (SELECT coalesce(max(block) + 1, 0) FROM opinion_words WHERE words IS NOT NULL);
    stop bigint := settled / {BLOCK};
    next bigint[];
BEGIN
    INSERT INTO opinion_words (block) SELECT generate_series(start, least(start + at_once, stop) - 1)
    ON CONFLICT DO NOTHING;
    next := ARRAY(SELECT block FROM opinion_words WHERE words IS NULL AND block < stop
                  ORDER BY block LIMIT at_once FOR UPDATE SKIP LOCKED);
    UPDATE opinion_words AS o SET words = ARRAY(
        SELECT DISTINCT word.lexeme COLLATE "C"
        FROM opinions, unnest(to_tsvector('{LANGUAGE}', opinions.content)) AS word
        WHERE opinions.id >= o.block * {BLOCK} AND opinions.id < (o.block + 1) * {BLOCK})
    WHERE o.block = ANY (next);
    kept := cardinality(next);
    behind := greatest(0, stop - start - kept);
END $$
"""
# In order of the blocks, so that two who delete wait for each other and cannot deadlock.
FORGET_WORDS = f"""
CREATE OR REPLACE FUNCTION forget_opinion_words() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO opinion_words (block) SELECT DISTINCT id / {BLOCK} FROM removed ORDER BY 1
    ON CONFLICT (block) DO UPDATE SET words = NULL;
    RETURN NULL;
END $$
"""
# Without the index, which PostgreSQL thinks is dear for a table of so few rows, all words of all blocks would
# be read; and what a block's row costs to read, it does not reckon with.
FIND_WORDS = """
CREATE OR REPLACE FUNCTION find_opinion_words(wanted text[], is_any boolean) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
    IF is_any THEN
        RETURN QUERY SELECT block FROM opinion_words WHERE words && wanted;
    ELSE
        RETURN QUERY SELECT block FROM opinion_words WHERE words @> wanted;
    END IF;
END $$
"""
FORGETTING = tuple(
    f"CREATE TRIGGER forget_words_{operation.lower()} AFTER {operation} ON opinions "
    "REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION forget_opinion_words()"
    for operation in ("UPDATE", "DELETE")
)

OPINION_WORDS = Table(
    "opinion_words",
    SQLModel.metadata,
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    # In order of bytes, which takes a third less time to gather than a language's.
    Column("words", ARRAY(Text(collation="C"))),
    # A pending list would be read by every search; nobody waits for who writes here.
    Index("ix_opinion_words_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    Index("ix_opinion_words_forgotten", "block", postgresql_where=text("words IS NULL")),
)
for statement in (KEEP_WORDS, FORGET_WORDS, FIND_WORDS, *FORGETTING):
    ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
    event.listen(SQLModel.metadata.tables[str(Opinion.__tablename__)], "after_create", ddl)
