"""Writing use cases."""

from catalogue_schema.events import UseCaseMentioned

from ingest_worker.names import MODEL, resolve
from ingest_worker.repeats import ANSWER, NEW, closed, known
from ingest_worker.writing import Recording

USE_CASES = Recording(
    UseCaseMentioned,
    f"""
WITH event AS (
    SELECT *, CAST(null AS text) AS source FROM ROWS FROM (json_to_recordset(CAST(:rows AS json)) AS (
        fingerprint uuid, producer uuid, event_id uuid, model text, use_case text, description text,
        mentioned_by text
    )) WITH ORDINALITY
), {resolve(MODEL)}, placed AS (
    SELECT event.*, model.id AS model_id, reported(event.model, model.resolved_by, null, null) AS reported
    FROM event JOIN model ON model.name = event.model
), {known("use_cases")}, new AS (
    INSERT INTO use_cases (fingerprint, producer, event_id, model_id, use_case, description, mentioned_by,
                           reported)
    SELECT fingerprint, producer, event_id, model_id, use_case, description, mentioned_by, reported
    {NEW}
    ON CONFLICT (event_id, producer) DO NOTHING
    RETURNING 1
), {closed("UseCaseMentioned")}
SELECT {ANSWER},
    (SELECT array_agg(ordinality) FROM placed WHERE model_id IS NULL) AS unknown_model
""",
)
