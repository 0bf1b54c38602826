"""Which words opinions have, by blocks of ids.

The words of opinions that are there are gathered by ingest-worker, while all goes on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEEP_WORDS = """
CREATE OR REPLACE FUNCTION keep_opinion_words(settled bigint, at_once int, OUT kept bigint, OUT behind bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    start bigint := (SELECT coalesce(max(block) + 1, 0) FROM opinion_words WHERE words IS NOT NULL);
    stop bigint := settled / 1024;
    next bigint[];
BEGIN
    INSERT INTO opinion_words (block) SELECT generate_series(start, least(start + at_once, stop) - 1)
    ON CONFLICT DO NOTHING;
    next := ARRAY(SELECT block FROM opinion_words WHERE words IS NULL AND block < stop
                  ORDER BY block LIMIT at_once FOR UPDATE SKIP LOCKED);
    UPDATE opinion_words AS o SET words = ARRAY(
        SELECT DISTINCT word.lexeme COLLATE "C"
        FROM opinions, unnest(to_tsvector('simple', opinions.content)) AS word
        WHERE opinions.id >= o.block * 1024 AND opinions.id < (o.block + 1) * 1024)
    WHERE o.block = ANY (next);
    kept := cardinality(next);
    behind := greatest(0, stop - start - kept);
END $$
"""
FORGET_WORDS = """
CREATE OR REPLACE FUNCTION forget_opinion_words() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO opinion_words (block) SELECT DISTINCT id / 1024 FROM removed ORDER BY 1
    ON CONFLICT (block) DO UPDATE SET words = NULL;
    RETURN NULL;
END $$
"""
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


def upgrade() -> None:
    op.create_table(
        "opinion_words",
        sa.Column("block", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("words", sa.ARRAY(sa.Text(collation="C"))),
    )
    op.create_index(
        *("ix_opinion_words_words", "opinion_words", ["words"]),
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(
        "ix_opinion_words_forgotten", "opinion_words", ["block"], postgresql_where=sa.text("words IS NULL")
    )
    op.execute(KEEP_WORDS)
    op.execute(FORGET_WORDS)
    op.execute(FIND_WORDS)
    for operation in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER forget_words_{operation.lower()} AFTER {operation} ON opinions "
            "REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION forget_opinion_words()"
        )


def downgrade() -> None:
    for operation in ("update", "delete"):
        op.execute(f"DROP TRIGGER forget_words_{operation} ON opinions")
    op.execute("DROP FUNCTION forget_opinion_words")
    op.execute("DROP FUNCTION keep_opinion_words")
    op.execute("DROP FUNCTION find_opinion_words")
    op.drop_table("opinion_words")
