"""Opinions are counted by month, too.

They are counted anew while none can be written: half a minute for ten million.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEEP_COUNTS = """
CREATE OR REPLACE FUNCTION keep_counts() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    counts text := TG_ARGV[0];
    keys text := TG_ARGV[1];
    parents text := TG_ARGV[2];
    keys_of_rows text := coalesce(TG_ARGV[3], keys);
    changed text := CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT 1 AS change, * FROM added'
        WHEN 'DELETE' THEN 'SELECT -1 AS change, * FROM removed'
        ELSE 'SELECT 1 AS change, * FROM added UNION ALL SELECT -1, * FROM removed'
    END;
BEGIN
    EXECUTE 'INSERT INTO ' || counts || ' AS kept (' || keys || ', slot, rows) '
        'SELECT ' || keys_of_rows || ', mod(pg_backend_pid(), 16), sum(change) '
        'FROM (' || changed || ') AS changed WHERE ' || parents ||
        ' GROUP BY ' || keys_of_rows || ' HAVING sum(change) <> 0 ORDER BY ' || keys_of_rows ||
        ' ON CONFLICT (' || keys || ', slot) DO UPDATE SET rows = kept.rows + excluded.rows';
    RETURN NULL;
END $$
"""
MONTH = "date_trunc('month', coalesce(date_published, created_at AT TIME ZONE 'UTC'))::date"
TRANSITIONS = {
    "INSERT": "NEW TABLE AS added",
    "UPDATE": "OLD TABLE AS removed NEW TABLE AS added",
    "DELETE": "OLD TABLE AS removed",
}


def upgrade() -> None:
    op.execute(KEEP_COUNTS)
    count_by({"model_id": "model_id", "sentiment": "sentiment", "month": MONTH})


def downgrade() -> None:
    """The function stays: it counts by columns alone as it did before."""
    count_by({"model_id": "model_id", "sentiment": "sentiment"})


def count_by(keys: dict[str, str]) -> None:
    """The triggers come first: dropping them waits for whoever writes, and keeps others from it."""
    for operation in TRANSITIONS:
        op.execute(f"DROP TRIGGER count_{operation.lower()} ON opinions")
    op.drop_table("opinion_counts")
    op.create_table(
        "opinion_counts",
        sa.Column("model_id", sa.BigInteger(), nullable=False),
        sa.Column("sentiment", sa.String(length=50), nullable=True),
        *([sa.Column("month", sa.Date(), nullable=False)] if "month" in keys else []),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], ondelete="CASCADE"),
        sa.UniqueConstraint(*keys, "slot", name="uix_opinion_counts", postgresql_nulls_not_distinct=True),
    )
    named, of_rows = ", ".join(keys), ", ".join(keys.values())
    there = "EXISTS (SELECT FROM models WHERE models.id = model_id)"
    quoted = ", ".join("'" + each.replace("'", "''") + "'" for each in ("opinion_counts", named, there, of_rows))
    for operation, rows in TRANSITIONS.items():
        op.execute(
            f"CREATE TRIGGER count_{operation.lower()} AFTER {operation} ON opinions REFERENCING {rows} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION keep_counts({quoted})"
        )
    op.execute(
        f"INSERT INTO opinion_counts ({named}, slot, rows) "
        f"SELECT {of_rows}, 0, count(*) FROM opinions GROUP BY {of_rows}"
    )
