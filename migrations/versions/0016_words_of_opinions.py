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
    start bigint := (SELECT coalesce(max(segment) + 1, 0) FROM opinion_segments WHERE is_gathered);
    stop bigint := settled / 16384;
    next bigint[];
BEGIN
    INSERT INTO opinion_segments (segment, is_gathered)
    SELECT segment, false FROM generate_series(start, least(start + at_once, stop) - 1) AS segment
    ON CONFLICT DO NOTHING;
    next := ARRAY(SELECT segment FROM opinion_segments WHERE NOT is_gathered AND segment < stop
                  ORDER BY segment LIMIT at_once FOR UPDATE SKIP LOCKED);
    DELETE FROM opinion_words WHERE segment = ANY (next);
    INSERT INTO opinion_words (segment, bucket, words, blocks)
    SELECT segment, digest & 255, array_agg(digest), array_agg(blocks)
    FROM (
        SELECT segment, bit_or(blocks) AS blocks,
            ('x' || left(encode(sha256(convert_to(lexeme, 'UTF8')), 'hex'), 8))::bit(32)::int AS digest
        FROM (
            SELECT segment, lexeme, bit_or(1 << CAST(id / 1024 % 16 AS int)) AS blocks
            FROM unnest(next) AS segment
            JOIN opinions ON id >= segment * 16384 AND id < (segment + 1) * 16384,
                unnest(to_tsvector('simple', content))
            GROUP BY segment, lexeme
        ) AS of_words GROUP BY segment, digest
    ) AS of_digests GROUP BY segment, digest & 255;
    UPDATE opinion_segments SET is_gathered = true WHERE segment = ANY (next);
    kept := cardinality(next);
    behind := (SELECT count(*) FROM opinion_segments WHERE NOT is_gathered AND segment < stop)
        + greatest(0, stop - 1 - (SELECT max(segment) FROM opinion_segments WHERE segment < stop));
END $$
"""
FORGET_WORDS = """
CREATE OR REPLACE FUNCTION forget_opinion_words() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO opinion_segments (segment, is_gathered)
    SELECT DISTINCT id / 16384, false FROM removed ORDER BY 1
    ON CONFLICT (segment) DO UPDATE SET is_gathered = false;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "opinion_segments",
        sa.Column("segment", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("is_gathered", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "opinion_words",
        sa.Column("segment", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("bucket", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("words", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("blocks", sa.ARRAY(sa.Integer()), nullable=False),
    )
    op.execute(KEEP_WORDS)
    op.execute(FORGET_WORDS)
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
    op.drop_table("opinion_words")
    op.drop_table("opinion_segments")
