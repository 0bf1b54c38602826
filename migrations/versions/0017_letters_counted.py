"""Dead letters are counted as they come, and those that wait for a name are found by it.

Letters that are there are counted, and two indexes are built, while none can be written: some ten seconds for
a million.
"""

from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
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
    IF TG_OP = 'UPDATE' THEN
        IF NOT EXISTS (SELECT FROM added) THEN RETURN NULL; END IF;
    END IF;
    EXECUTE 'INSERT INTO ' || counts || ' AS kept (' || keys || ', slot, rows) '
        'SELECT ' || keys_of_rows || ', mod(pg_backend_pid(), 16), sum(change) '
        'FROM (' || changed || ') AS changed WHERE ' || parents ||
        ' GROUP BY ' || keys_of_rows || ' HAVING sum(change) <> 0 ORDER BY ' || keys_of_rows ||
        ' ON CONFLICT (' || keys || ', slot) DO UPDATE SET rows = kept.rows + excluded.rows';
    RETURN NULL;
END $$
"""
TRANSITIONS = {
    "INSERT": "NEW TABLE AS added",
    "UPDATE": "OLD TABLE AS removed NEW TABLE AS added",
    "DELETE": "OLD TABLE AS removed",
}
STANDING = {"reason": sa.String(length=50), "status": sa.String(length=20)}


class Counts(NamedTuple):
    """`of` is in SQL what the first of the keys is of a letter; letters are counted that are so `where`."""

    table: str
    keys: dict[str, sa.types.TypeEngine[str] | sa.Uuid]
    of: str
    where: str
    triggers: str


def by_name(kind: str) -> Counts:
    return Counts(
        f"dead_letter_{kind}_counts",
        {"name": sa.Uuid(), **STANDING},
        f"md5({kind})::uuid",
        f"{kind} IS NOT NULL",
        f"count_{kind}s",
    )


COUNTS = (
    Counts("dead_letter_counts", {"topic": sa.String(length=249), **STANDING}, "topic", "true", "count"),
    by_name("model"),
    by_name("benchmark"),
)


def upgrade() -> None:
    op.execute(KEEP_COUNTS)
    for counts in COUNTS:
        create_counts(counts)
    for kind in ("model", "benchmark"):
        op.create_index(
            f"ix_dead_letters_waiting_{kind}",
            "dead_letters",
            [sa.text(f"(md5({kind})::uuid)"), "id"],
            postgresql_where=sa.text(f"status = 'open' AND reason = 'unknown_{kind}'"),
        )


def downgrade() -> None:
    """The function stays: it counts as it did before."""
    for kind in ("model", "benchmark"):
        op.drop_index(f"ix_dead_letters_waiting_{kind}", table_name="dead_letters")
    for counts in COUNTS:
        for operation in TRANSITIONS:
            op.execute(f"DROP TRIGGER {counts.triggers}_{operation.lower()} ON dead_letters")
        op.drop_table(counts.table)


def create_counts(counts: Counts) -> None:
    op.create_table(
        counts.table,
        *(sa.Column(name, kind, nullable=False) for name, kind in counts.keys.items()),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint(
            *counts.keys, "slot", name=f"uix_{counts.table}", postgresql_nulls_not_distinct=True
        ),
    )
    keys, of_letters = ", ".join(counts.keys), ", ".join([counts.of, *STANDING])
    arguments = [counts.table, keys, counts.where, *([of_letters] if of_letters != keys else [])]
    quoted = ", ".join(f"'{each}'" for each in arguments)
    for operation, letters in TRANSITIONS.items():
        op.execute(
            f"CREATE TRIGGER {counts.triggers}_{operation.lower()} AFTER {operation} ON dead_letters "
            f"REFERENCING {letters} FOR EACH STATEMENT EXECUTE FUNCTION keep_counts({quoted})"
        )
    op.execute(
        f"INSERT INTO {counts.table} ({keys}, slot, rows) SELECT {of_letters}, 0, count(*) "
        f"FROM dead_letters WHERE {counts.where} GROUP BY {of_letters}"
    )
