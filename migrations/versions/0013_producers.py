"""An event has a producer, and its id is that producer's own. What is there has none: it is everybody's.

The unique indexes are built anew while nothing can be written.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

EVENTS = ("opinions", "use_cases", "result_reports", "benchmark_results", "retractions")
OF_EVENT = "event_id IS NOT NULL AND reason {} 'event_id_conflict'"


def upgrade() -> None:
    op.execute("SET LOCAL maintenance_work_mem = '256MB'")
    for table in EVENTS:
        op.add_column(table, sa.Column("producer", sa.Uuid()))
        op.create_unique_constraint(
            f"uix_{table}_event", table, ["event_id", "producer"], postgresql_nulls_not_distinct=True
        )
        op.drop_constraint(f"{table}_event_id_key", table)
    op.add_column("dead_letters", sa.Column("producer", sa.Uuid()))
    index_dead_letters(["event_id", "producer", "type"])


def downgrade() -> None:
    # Of an id that several producers used, the event that came first stays.
    for table in EVENTS:
        op.execute(f"DELETE FROM {table} t USING {table} first WHERE first.event_id = t.event_id AND first.id < t.id")
        op.create_unique_constraint(f"{table}_event_id_key", table, ["event_id"])
        op.drop_constraint(f"uix_{table}_event", table)
        op.drop_column(table, "producer")
    op.execute(
        "DELETE FROM dead_letters t USING dead_letters first WHERE first.event_id = t.event_id AND first.id < t.id "
        "AND first.type IS NOT DISTINCT FROM t.type AND CASE t.reason WHEN 'event_id_conflict' "
        "THEN first.reason = t.reason AND first.value IS NOT DISTINCT FROM t.value "
        "ELSE first.reason <> 'event_id_conflict' END"
    )
    index_dead_letters(["event_id", "type"])
    op.drop_column("dead_letters", "producer")


def index_dead_letters(key: list[str]) -> None:
    for name, columns, is_conflict in (
        ("uix_dead_letters_event", key, "<>"),
        ("uix_dead_letters_conflict", [*key, sa.text("md5(value)")], "="),
    ):
        op.drop_index(name, "dead_letters")
        op.create_index(
            name,
            "dead_letters",
            columns,
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=sa.text(OF_EVENT.format(is_conflict)),
        )
