"""Results say what they measured: metric, unit, interval, settings, evaluator, harness; benchmarks have metrics.

One result stands for each variant (metric, settings, harness, evaluator) of a model, benchmark and date.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

VARIANT_OF = """
CREATE FUNCTION variant_of(metric text, settings jsonb, harness text, evaluator text) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN num_nonnulls(metric, nullif(settings, '{}'), harness, evaluator) > 0 THEN
    md5(jsonb_build_array(metric, nullif(settings, '{}'), harness, evaluator)::text)::uuid END
"""
COMPUTED = sa.Computed("variant_of(metric, settings, harness, evaluator)", persisted=True)
KEY = ["model_id", "benchmark_id", "date_tested"]


def measures() -> list[sa.Column]:
    return [
        sa.Column("metric", sa.String(255)),
        sa.Column("unit", sa.String(50)),
        sa.Column("higher_is_better", sa.Boolean()),
        sa.Column("stderr", sa.Float()),
        sa.Column("ci_low", sa.Float()),
        sa.Column("ci_high", sa.Float()),
        sa.Column("ci_level", sa.Float()),
        sa.Column("n", sa.BigInteger()),
        sa.Column("settings", JSONB()),
        sa.Column("evaluator", sa.String(255)),
        sa.Column("evaluator_relationship", sa.String(20)),
        sa.Column("harness", sa.String(255)),
        sa.Column("harness_version", sa.String(255)),
        sa.Column("source_url", sa.String(500)),
        sa.Column("run_id", sa.String(255)),
    ]


def upgrade() -> None:
    op.execute(VARIANT_OF)
    for table in ("result_reports", "benchmark_results"):
        computed = [COMPUTED] if table == "result_reports" else []
        for column in (*measures(), sa.Column("variant", sa.Uuid(), *computed)):
            op.add_column(table, column)
    op.drop_constraint("uix_model_benchmark_date", "benchmark_results")
    op.create_unique_constraint(
        "uix_model_benchmark_date", "benchmark_results", [*KEY, "variant"], postgresql_nulls_not_distinct=True
    )
    op.drop_index("ix_result_reports_benchmark_id", "result_reports")
    op.create_index(
        "ix_result_reports_latest", "result_reports",
        ["benchmark_id", "model_id", sa.text("date_tested DESC NULLS LAST"), sa.text("occurred_at DESC")],
    )
    op.create_table(
        "benchmark_metrics",
        sa.Column("higher_is_better", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("unit", sa.String(50)),
        sa.Column("lowest", sa.Float()),
        sa.Column("highest", sa.Float()),
        sa.Column("ranks", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("benchmark_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.ForeignKeyConstraint(["benchmark_id"], ["benchmarks.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("benchmark_id", "name", name="uix_benchmark_metric"),
    )
    op.create_index(
        "uix_benchmark_ranks", "benchmark_metrics", ["benchmark_id"], unique=True, postgresql_where=sa.text("ranks")
    )
    op.execute(
        "CREATE TRIGGER set_updated_at BEFORE UPDATE ON benchmark_metrics "
        "FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION set_updated_at()"
    )


def downgrade() -> None:
    op.drop_table("benchmark_metrics")
    op.drop_index("ix_result_reports_latest", "result_reports")
    op.create_index("ix_result_reports_benchmark_id", "result_reports", ["benchmark_id"])
    op.drop_constraint("uix_model_benchmark_date", "benchmark_results")
    # Of several variants the one that was reported last stays; the reports are all there.
    op.execute(
        "DELETE FROM benchmark_results r USING benchmark_results later WHERE "
        "(r.model_id, r.benchmark_id) = (later.model_id, later.benchmark_id) "
        "AND r.date_tested IS NOT DISTINCT FROM later.date_tested "
        "AND (r.occurred_at, r.event_id) < (later.occurred_at, later.event_id)"
    )
    for table in ("result_reports", "benchmark_results"):
        for column in ("variant", *(column.name for column in measures())):
            op.drop_column(table, column)
    op.create_unique_constraint(
        "uix_model_benchmark_date", "benchmark_results", KEY, postgresql_nulls_not_distinct=True
    )
    op.execute("DROP FUNCTION variant_of")
