"""Writing use cases."""

import json
from collections.abc import Sequence

from catalogue_messaging.failures import Failure, Received
from catalogue_runtime.metrics import count_recorded
from catalogue_schema.events import UseCaseMentioned
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_worker.names import MODEL
from ingest_worker.transactions import transaction

INSERT = text("""
INSERT INTO use_cases (event_id, model_id, use_case, description, mentioned_by)
SELECT event_id, model_id, use_case, description, mentioned_by
FROM json_to_recordset(CAST(:rows AS json)) AS row (
    event_id uuid, model_id bigint, use_case text, description text, mentioned_by text)
ORDER BY event_id
ON CONFLICT (event_id) DO NOTHING
RETURNING event_id
""")


async def record_use_cases(engine: AsyncEngine, batch: Sequence[Received[UseCaseMentioned]]) -> list[Failure]:
    """Insert the use cases that are new, in one transaction. Returns those whose model is unknown."""
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
    count_recorded(UseCaseMentioned, len(recorded), len(rows))
    return failures
