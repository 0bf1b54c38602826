"""Writing use cases."""

from catalogue_schema.events import UseCaseMentioned

from ingest_worker.writing import Recording

USE_CASES = Recording(
    UseCaseMentioned,
    """
WITH event AS (
    SELECT event.*, models.id AS model_id
    FROM ROWS FROM (json_to_recordset(CAST(:rows AS json)) AS (
        event_id uuid, model text, use_case text, description text, mentioned_by text
    )) WITH ORDINALITY AS event
    LEFT JOIN models ON models.name = event.model
), new AS (
    INSERT INTO use_cases (event_id, model_id, use_case, description, mentioned_by)
    SELECT event_id, model_id, use_case, description, mentioned_by
    FROM event WHERE model_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM retractions WHERE retracts = event.event_id)
    ORDER BY event_id
    ON CONFLICT (event_id) DO NOTHING
    RETURNING 1
)
SELECT (SELECT count(*) FROM new) AS recorded,
       (SELECT array_agg(ordinality) FROM event WHERE model_id IS NULL) AS unknown_model
""",
)
