"""Taking back what was recorded."""

from catalogue_schema.events import SubmissionRetracted

from ingest_worker.repeats import ANSWER, NEW, closed, known, retracts
from ingest_worker.results import LATEST_FIRST, STANDS
from ingest_worker.transactions import Before
from ingest_worker.writing import Recording

OF_REPORT = ", ".join(f"report.{name}" for name in STANDS.split(", "))
OF_EARLIER = ", ".join(f"earlier.{name}" for name in STANDS.split(", "))

# Locked against writers: one that has not committed yet would not be seen here, nor see this retraction.
# Reports stay, as the history; the latest that is not retracted takes the place of a result that goes.
RETRACTIONS = Recording(
    SubmissionRetracted,
    f"""
WITH placed AS (
    SELECT * FROM ROWS FROM (json_to_recordset(CAST(:rows AS json)) AS (
        fingerprint uuid, producer uuid, event_id uuid, occurred_at timestamptz, retracts uuid, reason text
    )) WITH ORDINALITY
), {known("retractions", named=False)}, new AS (
    INSERT INTO retractions (fingerprint, producer, event_id, occurred_at, retracts, reason)
    SELECT fingerprint, producer, event_id, occurred_at, retracts, reason
    {NEW}
    ON CONFLICT (event_id, producer) DO NOTHING
    RETURNING retracts, producer
), {closed("SubmissionRetracted")}, opinion AS (
    DELETE FROM opinions AS e USING new WHERE {retracts("new", "e")}
), use_case AS (
    DELETE FROM use_cases AS e USING new WHERE {retracts("new", "e")}
), going AS (
    SELECT DISTINCT id, model_id, benchmark_id, date_tested, variant
    FROM benchmark_results AS e JOIN new ON {retracts("new", "e")}
), earlier AS (
    SELECT DISTINCT ON (going.id) going.id, {OF_REPORT}
    FROM going JOIN result_reports AS report
        ON report.model_id = going.model_id AND report.benchmark_id = going.benchmark_id
        AND report.date_tested IS NOT DISTINCT FROM going.date_tested
        AND report.variant IS NOT DISTINCT FROM going.variant
    WHERE NOT EXISTS (SELECT FROM new WHERE {retracts("new", "report")})
        AND NOT EXISTS (SELECT FROM retractions AS r WHERE {retracts("r", "report")})
    ORDER BY going.id, {LATEST_FIRST.format("report")}
), standing AS (
    UPDATE benchmark_results AS r SET ({STANDS}) = ({OF_EARLIER})
    FROM earlier WHERE r.id = earlier.id
), gone AS (
    DELETE FROM benchmark_results WHERE id IN (SELECT id FROM going EXCEPT SELECT id FROM earlier)
)
SELECT {ANSWER}
""",
    before=Before("LOCK TABLE opinions, use_cases, benchmark_results IN SHARE ROW EXCLUSIVE MODE", where=""),
)
