"""Writing opinions."""

from catalogue_schema.events import OpinionClassified

from ingest_worker.writing import Recording

# Ordered, so that two workers with the same events (after a rebalance) wait for each other, not deadlock.
OPINIONS = Recording(
    OpinionClassified,
    """
WITH event AS (
    SELECT event.*, models.id AS model_id
    FROM ROWS FROM (json_to_recordset(CAST(:rows AS json)) AS (
        event_id uuid, model text, content text, sentiment text, sentiment_confidence float, classifier text,
        source text, author text, date_published date, tags text[])) WITH ORDINALITY AS event
    LEFT JOIN models ON models.name = event.model
), new AS (
    INSERT INTO opinions (event_id, model_id, content, sentiment, sentiment_confidence, classifier,
                          source, author, date_published, tags)
    SELECT event_id, model_id, content, sentiment, sentiment_confidence, classifier,
           source, author, date_published, tags
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
