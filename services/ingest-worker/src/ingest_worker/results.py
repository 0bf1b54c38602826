"""Writing benchmark results: every report, and for each model, benchmark and date the one that stands."""

from catalogue_schema.events import ResultReported

from ingest_worker.names import BENCHMARK, MODEL, PIN_BARE_NAMES, resolve
from ingest_worker.repeats import ANSWER, NEW, closed, known
from ingest_worker.writing import Recording

# A report is known by its event id for ever, so a repeat changes nothing, also when a later report has taken
# its place. Among the new ones, and against the one that stands, the later occurred_at wins; of two at the
# same moment, the greater event id, so that the order of arrival never matters.
RESULTS = Recording(
    ResultReported,
    f"""
WITH event AS (
    SELECT * FROM ROWS FROM (json_to_recordset(CAST(:rows AS json)) AS (
        fingerprint uuid, event_id uuid, occurred_at timestamptz, model text, benchmark text, score float,
        date_tested date, source text)) WITH ORDINALITY
), {resolve(MODEL)}, {resolve(BENCHMARK)}, {PIN_BARE_NAMES}, named AS (
    SELECT event.*, model.id AS named_model, benchmark.id AS benchmark_id,
        reported(event.model, model.resolved_by, event.benchmark, benchmark.resolved_by) AS reported
    FROM event
    JOIN model ON model.name = event.model AND model.source = coalesce(event.source, '')
    JOIN benchmark ON benchmark.name = event.benchmark AND benchmark.source = coalesce(event.source, '')
), placed AS (
    SELECT named.*, CASE WHEN benchmark_id IS NOT NULL THEN named_model END AS model_id FROM named
), {known("result_reports")}, new AS (
    INSERT INTO result_reports (fingerprint, event_id, occurred_at, model_id, benchmark_id, score,
                                date_tested, source, reported)
    SELECT fingerprint, event_id, occurred_at, model_id, benchmark_id, score, date_tested, source, reported
    {NEW}
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id, occurred_at, model_id, benchmark_id, score, date_tested, source, reported
), standing AS (
    INSERT INTO benchmark_results AS r
        (event_id, occurred_at, model_id, benchmark_id, score, date_tested, source, reported)
    SELECT DISTINCT ON (model_id, benchmark_id, date_tested)
        event_id, occurred_at, model_id, benchmark_id, score, date_tested, source, reported
    FROM new
    ORDER BY model_id, benchmark_id, date_tested, occurred_at DESC, event_id DESC
    ON CONFLICT ON CONSTRAINT uix_model_benchmark_date DO UPDATE
    SET event_id = excluded.event_id, occurred_at = excluded.occurred_at,
        score = excluded.score, source = excluded.source, reported = excluded.reported
    WHERE (r.occurred_at, r.event_id) < (excluded.occurred_at, excluded.event_id)
), {closed("ResultReported")}
SELECT {ANSWER},
    (SELECT array_agg(ordinality) FROM named WHERE named_model IS NULL) AS unknown_model,
    (SELECT array_agg(ordinality) FROM named WHERE named_model IS NOT NULL AND benchmark_id IS NULL)
        AS unknown_benchmark
""",
)
