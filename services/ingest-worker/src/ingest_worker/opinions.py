"""Writing opinions."""

from catalogue_schema.events import OpinionClassified

from ingest_worker.names import MODEL, PIN_BARE_NAMES, resolve
from ingest_worker.repeats import ANSWER, NEW, closed, known
from ingest_worker.writing import Recording

OPINIONS = Recording(
    OpinionClassified,
    f"""
WITH event AS (
    SELECT * FROM ROWS FROM (json_to_recordset(CAST(:rows AS json)) AS (
        fingerprint uuid, producer uuid, event_id uuid, model text, content text, sentiment text,
        sentiment_confidence float, classifier text, source text, author text, date_published date,
        tags text[])) WITH ORDINALITY
), {resolve(MODEL)}, {PIN_BARE_NAMES}, placed AS (
    SELECT event.*, model.id AS model_id, reported(event.model, model.resolved_by, null, null) AS reported
    FROM event JOIN model ON model.name = event.model AND model.source = coalesce(event.source, '')
), {known("opinions")}, new AS (
    INSERT INTO opinions (fingerprint, producer, event_id, model_id, content, sentiment, sentiment_confidence,
                          classifier, source, author, date_published, tags, reported)
    SELECT fingerprint, producer, event_id, model_id, content, sentiment, sentiment_confidence,
           classifier, source, author, date_published, tags, reported
    {NEW}
    ON CONFLICT (event_id, producer) DO NOTHING
    RETURNING 1
), {closed("OpinionSubmitted")}
SELECT {ANSWER},
    (SELECT array_agg(ordinality) FROM placed WHERE model_id IS NULL) AS unknown_model
""",
)
