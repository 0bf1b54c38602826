"""Ids are bigint, and a use case knows its event.

A column whose type changes has its table written anew, under a lock: some seconds for every million rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEYS = {
    "models": ["id"],
    "benchmarks": ["id"],
    "benchmark_results": ["id", "model_id", "benchmark_id"],
    "opinions": ["id", "model_id"],
    "result_reports": ["model_id", "benchmark_id"],
    "use_cases": ["id", "model_id"],
}


def change(kind: str) -> None:
    """Each table is written anew once, whatever the number of its columns."""
    for table, columns in KEYS.items():
        op.execute(f"ALTER TABLE {table} " + ", ".join(f"ALTER {column} TYPE {kind}" for column in columns))
        if "id" in columns:
            op.execute(f"ALTER SEQUENCE {table}_id_seq AS {kind}")


def upgrade() -> None:
    change("bigint")
    op.add_column(
        "use_cases",
        sa.Column("event_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
    )
    op.create_unique_constraint("use_cases_event_id_key", "use_cases", ["event_id"])


def downgrade() -> None:
    op.drop_column("use_cases", "event_id")
    change("integer")
