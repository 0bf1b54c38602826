"""Erasing what somebody's data made, and keeping it from coming back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STANDS = (
    "event_id, producer, occurred_at, score, source, reported, metric, unit, higher_is_better, stderr, "
    "ci_low, ci_high, ci_level, n, settings, evaluator, evaluator_relationship, harness, harness_version, "
    "source_url, run_id"
)
OF_REPORT = ", ".join(f"r.{name}" for name in STANDS.split(", "))
SAME_PLACE = " AND ".join(
    f"r.{name} IS NOT DISTINCT FROM p.{name}" for name in ("model_id", "benchmark_id", "date_tested", "variant")
)
TABLES = ("opinions", "use_cases", "benchmark_results", "result_reports", "retractions", "dead_letters")
DELETES = "".join(
    f"""
    DELETE FROM {table} t USING jsonb_to_recordset(events) AS e (event_id uuid, producer uuid)
    WHERE t.event_id = e.event_id AND t.producer IS NOT DISTINCT FROM e.producer;
    GET DIAGNOSTICS gone = ROW_COUNT;
    counts := counts || jsonb_build_object('{table}', gone);"""
    for table in TABLES
)
# With its owner's rights: whoever takes the API over can erase whole events, and delete nothing else. Of the
# reports that are left, the latest takes the place of a result that went.
ERASE_EVENTS = f"""
CREATE FUNCTION erase_events(events jsonb, letters bigint[]) RETURNS jsonb LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    counts jsonb := '{{}}';
    places jsonb;
    gone bigint;
BEGIN
    SELECT jsonb_agg(DISTINCT jsonb_build_object('model_id', t.model_id, 'benchmark_id', t.benchmark_id,
                                                 'date_tested', t.date_tested, 'variant', t.variant))
    INTO places
    FROM benchmark_results t JOIN jsonb_to_recordset(events) AS e (event_id uuid, producer uuid)
        ON t.event_id = e.event_id AND t.producer IS NOT DISTINCT FROM e.producer;
    {DELETES.strip()}
    DELETE FROM dead_letters WHERE id = ANY (letters);
    GET DIAGNOSTICS gone = ROW_COUNT;
    counts := counts || jsonb_build_object('dead_letters', gone + CAST(counts->>'dead_letters' AS bigint));
    INSERT INTO benchmark_results (model_id, benchmark_id, date_tested, variant, {STANDS})
    SELECT DISTINCT ON (r.model_id, r.benchmark_id, r.date_tested, r.variant)
        r.model_id, r.benchmark_id, r.date_tested, r.variant, {OF_REPORT}
    FROM jsonb_to_recordset(coalesce(places, '[]')) AS p (
        model_id bigint, benchmark_id bigint, date_tested date, variant uuid)
    JOIN result_reports r ON {SAME_PLACE}
    WHERE NOT EXISTS (SELECT FROM retractions t
                      WHERE t.retracts = r.event_id AND (t.producer = r.producer) IS NOT FALSE)
    ORDER BY r.model_id, r.benchmark_id, r.date_tested, r.variant,
        r.occurred_at DESC, r.event_id DESC, r.producer DESC NULLS LAST;
    RETURN counts;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("counts", JSONB(), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_table(
        "suppressions",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("erasure_id", sa.Uuid(), sa.ForeignKey("erasures.id")),
        sa.UniqueConstraint("kind", "digest", name="uix_suppressions"),
    )
    op.create_index(
        "uix_suppressions_key", "suppressions", ["kind"], unique=True, postgresql_where=sa.text("kind = 'key'")
    )
    op.create_table(
        "erased_events",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("erasure_id", sa.Uuid(), sa.ForeignKey("erasures.id"), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("producer", sa.Uuid()),
        sa.Column("stood_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("is_told", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.UniqueConstraint("event_id", "producer", name="uix_erased_events", postgresql_nulls_not_distinct=True),
    )
    op.create_index("ix_erased_events_untold", "erased_events", ["id"], postgresql_where=sa.text("NOT is_told"))
    op.create_index("ix_erased_events_erasure_id", "erased_events", ["erasure_id", "stood_at"])
    op.execute(ERASE_EVENTS)


def downgrade() -> None:
    op.execute("DROP FUNCTION erase_events")
    for table in ("erased_events", "suppressions", "erasures"):
        op.drop_table(table)
