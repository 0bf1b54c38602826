"""Writing opinions."""

import json
from collections.abc import Sequence

from catalogue_messaging.failures import Failure, Received
from catalogue_runtime.metrics import count_recorded
from catalogue_schema.events import OpinionClassified
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_worker.names import MODEL
from ingest_worker.transactions import transaction

# Ordered, so that two workers with the same events (after a rebalance) wait for each other, not deadlock.
INSERT = text("""
INSERT INTO opinions (event_id, model_id, content, sentiment, sentiment_confidence, classifier,
                      source, author, date_published, tags)
SELECT event_id, model_id, content, sentiment, sentiment_confidence, classifier,
       source, author, date_published, tags
FROM json_to_recordset(CAST(:rows AS json)) AS row (
    event_id uuid, model_id bigint, content text, sentiment text, sentiment_confidence float, classifier text,
    source text, author text, date_published date, tags text[])
ORDER BY event_id
ON CONFLICT (event_id) DO NOTHING
RETURNING event_id
""")


async def record_opinions(engine: AsyncEngine, batch: Sequence[Received[OpinionClassified]]) -> list[Failure]:
    """Insert the opinions that are new, in one transaction. Returns those whose model is unknown."""
    rows, failures = [], []
    async with transaction(engine) as connection:
        models = await MODEL.ids(connection, (received.event.model for received in batch))
        for received in batch:
            event = received.event
            if event.model in models:
                rows.append(event.model_dump(mode="json") | {"model_id": models[event.model]})
            else:
                failures.append(MODEL.unknown_in(received.record, event.model))
        recorded = (await connection.execute(INSERT, {"rows": json.dumps(rows)})).all()
    count_recorded(OpinionClassified, len(recorded), len(rows))
    return failures
