"""Writing benchmark results: every report, and for each model, benchmark and date the one that stands."""

from catalogue_schema.events import ResultReported

from ingest_worker.writing import Recording

# A report is known by its event id for ever, so a repeat changes nothing, also when a later report has taken
# its place. Among the new ones, and against the one that stands, the later occurred_at wins; of two at the
# same moment, the greater event id, so that the order of arrival never matters.
RESULTS = Recording(
    ResultReported,
    """
WITH event AS (
    SELECT event.*, models.id AS model_id, benchmarks.id AS benchmark_id
    FROM ROWS FROM (json_to_recordset(CAST(:rows AS json)) AS (
        event_id uuid, occurred_at timestamptz, model text, benchmark text, score float, date_tested date,
        source text)) WITH ORDINALITY AS event
    LEFT JOIN models ON models.name = event.model
    LEFT JOIN benchmarks ON benchmarks.name = event.benchmark
), new AS (
    INSERT INTO result_reports (event_id, occurred_at, model_id, benchmark_id, score, date_tested, source)
    SELECT event_id, occurred_at, model_id, benchmark_id, score, date_tested, source
    FROM event WHERE model_id IS NOT NULL AND benchmark_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM retractions WHERE retracts = event.event_id)
    ORDER BY event_id
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id, occurred_at, model_id, benchmark_id, score, date_tested, source
), standing AS (
    INSERT INTO benchmark_results AS r
        (event_id, occurred_at, model_id, benchmark_id, score, date_tested, source)
    SELECT DISTINCT ON (model_id, benchmark_id, date_tested)
        event_id, occurred_at, model_id, benchmark_id, score, date_tested, source
    FROM new
    ORDER BY model_id, benchmark_id, date_tested, occurred_at DESC, event_id DESC
    ON CONFLICT ON CONSTRAINT uix_model_benchmark_date DO UPDATE
    SET event_id = excluded.event_id, occurred_at = excluded.occurred_at,
        score = excluded.score, source = excluded.source
    WHERE (r.occurred_at, r.event_id) < (excluded.occurred_at, excluded.event_id)
)
SELECT (SELECT count(*) FROM new) AS recorded,
       (SELECT array_agg(ordinality) FROM event WHERE model_id IS NULL) AS unknown_model,
       (SELECT array_agg(ordinality) FROM event WHERE model_id IS NOT NULL AND benchmark_id IS NULL)
           AS unknown_benchmark
""",
)
