"""Writing benchmark results: every report, and the one that stands.

One stands for each model, benchmark, date and variant (metric, settings, harness and evaluator).
"""

from catalogue_schema.events import ResultReported
from catalogue_schema.tables import ResultReport
from catalogue_schema.tables.measures import MEASURES
from catalogue_schema.tables.metrics import converted, fits, is_of

from ingest_worker.metrics import ADD_METRICS
from ingest_worker.names import BENCHMARK, MODEL, PIN_BARE_NAMES, resolve
from ingest_worker.repeats import ANSWER, NEW, closed, known
from ingest_worker.writing import Recording

SCALED = ("score", "stderr", "ci_low", "ci_high")
"""What is in the score's unit."""
AS_SAID = ", ".join(name for name in MEASURES if name not in {"unit", *SCALED})
STANDS = f"event_id, producer, occurred_at, score, source, reported, {', '.join(MEASURES)}"
"""What of a report stands as its result; its model, benchmark, date and variant say in which place."""
REPLACE = f"({STANDS}) = ({', '.join(f'excluded.{name}' for name in STANDS.split(', '))})"
_types = {name: ResultReport.__table__.c[name].type for name in MEASURES}  # type: ignore[attr-defined]
TYPED = ", ".join(f"{name} {kind.compile()}" for name, kind in _types.items())

RANK = "({0}.occurred_at, {0}.event_id, coalesce({0}.producer, '00000000-0000-0000-0000-000000000000'))"
"""SQL: of two reports for one place the greater stands."""
LATEST_FIRST = "{0}.occurred_at DESC, {0}.event_id DESC, {0}.producer DESC NULLS LAST"

# A report is known by its event id and producer for ever, so a repeat changes nothing, also when a later
# report has taken its place. Among the new ones, and against the one that stands, the later occurred_at wins;
# of two at the same moment, the greater event id (and producer), so that the order of arrival never matters.
RESULTS = Recording(
    ResultReported,
    f"""
WITH event AS (
    SELECT * FROM ROWS FROM (json_to_recordset(CAST(:rows AS json)) AS (
        fingerprint uuid, producer uuid, event_id uuid, occurred_at timestamptz, model text, benchmark text,
        score float, date_tested date, source text, {TYPED})) WITH ORDINALITY
), {resolve(MODEL)}, {resolve(BENCHMARK)}, {PIN_BARE_NAMES}, named AS (
    SELECT event.*, model.id AS named_model, benchmark.id AS benchmark_id,
        reported(event.model, model.resolved_by, event.benchmark, benchmark.resolved_by) AS names
    FROM event
    JOIN model ON model.name = event.model AND model.source = coalesce(event.source, '')
    JOIN benchmark ON benchmark.name = event.benchmark AND benchmark.source = coalesce(event.source, '')
), measured AS (
    SELECT named.*, metric.name AS metric_name, metric.unit AS metric_unit, metric.lowest, metric.highest,
        {fits("named", "metric")} AS fits,
        CASE WHEN named.unit <> metric.unit THEN coalesce(names, '{{}}')
                || jsonb_build_object('score', named.score, 'unit', named.unit) ELSE names END AS reported
    FROM named LEFT JOIN benchmark_metrics AS metric ON metric.benchmark_id = named.benchmark_id
        AND {is_of("named", "metric")}
), placed AS (
    SELECT ordinality, fingerprint, producer, event_id, occurred_at, benchmark_id, date_tested, source,
        reported, {AS_SAID}, CASE WHEN unit IS NOT NULL THEN coalesce(metric_unit, unit) END AS unit,
        {", ".join(f"{converted(name)} AS {name}" for name in SCALED)},
        CASE WHEN benchmark_id IS NOT NULL AND fits THEN named_model END AS model_id
    FROM measured
), {known("result_reports")}, new AS (
    INSERT INTO result_reports (fingerprint, model_id, benchmark_id, date_tested, {STANDS})
    SELECT fingerprint, model_id, benchmark_id, date_tested, {STANDS}
    {NEW}
    ON CONFLICT (event_id, producer) DO NOTHING
    RETURNING model_id, benchmark_id, date_tested, variant, {STANDS}
), standing AS (
    INSERT INTO benchmark_results AS r (model_id, benchmark_id, date_tested, variant, {STANDS})
    SELECT DISTINCT ON (model_id, benchmark_id, date_tested, variant)
        model_id, benchmark_id, date_tested, variant, {STANDS}
    FROM new
    ORDER BY model_id, benchmark_id, date_tested, variant, {LATEST_FIRST.format("new")}
    ON CONFLICT ON CONSTRAINT uix_model_benchmark_date DO UPDATE SET {REPLACE}
    WHERE {RANK.format("r")} < {RANK.format("excluded")}
), {closed("ResultReported")}
SELECT {ANSWER},
    (SELECT array_agg(ordinality) FROM named WHERE named_model IS NULL) AS unknown_model,
    (SELECT array_agg(ordinality) FROM named WHERE named_model IS NOT NULL AND benchmark_id IS NULL)
        AS unknown_benchmark,
    (SELECT json_agg(json_build_object('place', ordinality, 'metric', metric_name, 'unit', metric_unit,
                                       'lowest', lowest, 'highest', highest))
     FROM measured WHERE NOT fits AND named_model IS NOT NULL) AS out_of_range
""",
    before=ADD_METRICS,
)
