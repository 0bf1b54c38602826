"""Counts are kept where rows are written, and every list has an index that finds its newest rows.

The indexes are built, and the rows there are counted, while nothing can be written: on two cores some four
minutes for ten million opinions and a million results.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEEP_COUNTS = """
CREATE FUNCTION keep_counts() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    counts text := TG_ARGV[0];
    keys text := TG_ARGV[1];
    parents text := TG_ARGV[2];
    changed text := CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT 1 AS change, * FROM added'
        WHEN 'DELETE' THEN 'SELECT -1 AS change, * FROM removed'
        ELSE 'SELECT 1 AS change, * FROM added UNION ALL SELECT -1, * FROM removed'
    END;
BEGIN
    EXECUTE 'INSERT INTO ' || counts || ' AS kept (' || keys || ', slot, rows) '
        'SELECT ' || keys || ', mod(pg_backend_pid(), 16), sum(change) FROM (' || changed || ') AS changed '
        'WHERE ' || parents || ' GROUP BY ' || keys || ' HAVING sum(change) <> 0 ORDER BY ' || keys ||
        ' ON CONFLICT (' || keys || ', slot) DO UPDATE SET rows = kept.rows + excluded.rows';
    RETURN NULL;
END $$
"""
OF_MODEL = "EXISTS (SELECT FROM models WHERE models.id = model_id)"
OF_BENCHMARK = "EXISTS (SELECT FROM benchmarks WHERE benchmarks.id = benchmark_id)"
COUNTS = {
    "opinions": ("opinion_counts", ["model_id", "sentiment"], OF_MODEL),
    "benchmark_results": ("result_counts", ["model_id", "benchmark_id"], f"{OF_MODEL} AND {OF_BENCHMARK}"),
    "use_cases": ("use_case_counts", ["model_id"], OF_MODEL),
}
TRANSITIONS = {
    "INSERT": "NEW TABLE AS added",
    "UPDATE": "OLD TABLE AS removed NEW TABLE AS added",
    "DELETE": "OLD TABLE AS removed",
}
NEW = {
    "opinions": [["model_id", "id"], ["source", "id"], ["author", "id"], ["date_published", "id"]],
    "benchmark_results": [["model_id", "id"], ["benchmark_id", "id"], ["source", "id"], ["date_tested", "id"]],
    "use_cases": [["model_id", "id"]],
}
OLD = {
    "opinions": [["model_id"], ["date_published"]],
    "benchmark_results": [["model_id"], ["benchmark_id"], ["model_id", "benchmark_id"]],
    "use_cases": [["model_id"]],
}
def create_counts(counts: str, keys: list[str]) -> None:
    op.create_table(
        counts,
        *(
            sa.Column(key, sa.BigInteger(), nullable=False)
            if key.endswith("_id")
            else sa.Column(key, sa.String(length=50), nullable=True)
            for key in keys
        ),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        *(
            sa.ForeignKeyConstraint([key], [f"{key.removesuffix('_id')}s.id"], ondelete="CASCADE")
            for key in keys
            if key.endswith("_id")
        ),
        sa.UniqueConstraint(*keys, "slot", name=f"uix_{counts}", postgresql_nulls_not_distinct=True),
    )


def count_rows(table: str, counts: str, keys: list[str], parents: str) -> None:
    """The triggers come first: creating them waits for whoever writes, and keeps others from it."""
    listed = ", ".join(keys)
    for operation, rows in TRANSITIONS.items():
        op.execute(
            f"CREATE TRIGGER count_{operation.lower()} AFTER {operation} ON {table} REFERENCING {rows} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION keep_counts('{counts}', '{listed}', '{parents}')"
        )
    op.execute(
        f"INSERT INTO {counts} ({listed}, slot, rows) "
        f"SELECT {listed}, 0, count(*) FROM {table} GROUP BY {listed}"
    )


def create_indexes(indexes: dict[str, list[list[str]]]) -> None:
    for table, lists in indexes.items():
        for columns in lists:
            op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)


def drop_indexes(indexes: dict[str, list[list[str]]]) -> None:
    for table, lists in indexes.items():
        for columns in lists:
            op.drop_index(f"ix_{table}_{'_'.join(columns)}", table)


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    op.execute("SET LOCAL maintenance_work_mem = '256MB'")
    op.execute(KEEP_COUNTS)
    for table, (counts, keys, parents) in COUNTS.items():
        create_counts(counts, keys)
        count_rows(table, counts, keys, parents)
    op.create_index("ix_result_counts_benchmark_id", "result_counts", ["benchmark_id"])
    create_indexes(NEW)
    op.create_index(
        "ix_opinions_filters",
        "opinions",
        ["model_id", "source", "tags"],
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 1024},
    )
    op.create_index(
        "ix_benchmark_results_latest",
        "benchmark_results",
        ["benchmark_id", "model_id", sa.text("date_tested DESC NULLS LAST"), sa.text("occurred_at DESC")],
    )
    drop_indexes(OLD)


def downgrade() -> None:
    create_indexes(OLD)
    op.drop_index("ix_benchmark_results_latest", "benchmark_results")
    op.drop_index("ix_opinions_filters", "opinions")
    drop_indexes(NEW)
    for table, (counts, _, _) in COUNTS.items():
        for operation in TRANSITIONS:
            op.execute(f"DROP TRIGGER count_{operation.lower()} ON {table}")
        op.drop_table(counts)
    op.execute("DROP FUNCTION keep_counts()")
    op.execute("DROP EXTENSION btree_gin")
