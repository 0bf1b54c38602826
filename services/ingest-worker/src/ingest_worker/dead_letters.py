"""Writing dead letters: one row an event, so that an event that keeps failing fills no table."""

import json
from base64 import b64encode
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import structlog
from catalogue_messaging.failures import Failure, Received
from catalogue_runtime.metrics import Outcome, count_events
from catalogue_schema.events import DeadLetter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_worker.transactions import transaction

log = structlog.get_logger(__name__)

INSERT = """
INSERT INTO dead_letters AS d (event_id, reason, detail, exception_class, topic, partition, "offset",
                               key, value, headers, model, benchmark, attempts)
SELECT event_id, reason, detail, exception_class, topic, partition, "offset", decode(key, 'base64'),
       decode(value, 'base64'), headers, model, benchmark, attempts
FROM json_to_recordset(CAST(:rows AS json)) AS row (
    event_id uuid, reason text, detail text, exception_class text, topic text, partition int, "offset" bigint,
    key text, value text, headers jsonb, model text, benchmark text, attempts int)
"""

# The same event failing the same way again changes nothing; failing otherwise, or after a replay, is news.
# Fewer attempts than are known: an older letter that came again.
UPSERT_EVENTS = text(
    INSERT
    + """
ORDER BY event_id
ON CONFLICT (event_id) WHERE event_id IS NOT NULL DO UPDATE
SET reason = excluded.reason, detail = excluded.detail, exception_class = excluded.exception_class,
    topic = excluded.topic, partition = excluded.partition, "offset" = excluded."offset",
    key = excluded.key, value = excluded.value, headers = excluded.headers,
    model = excluded.model, benchmark = excluded.benchmark, attempts = excluded.attempts, status = 'open'
WHERE d.attempts < excluded.attempts OR (d.attempts = excluded.attempts AND d.reason <> excluded.reason)
"""
)

INSERT_MESSAGES = text(
    INSERT
    + """
ORDER BY topic, partition, "offset"
ON CONFLICT (topic, partition, "offset") WHERE event_id IS NULL DO NOTHING
"""
)


async def record_dead_letters(engine: AsyncEngine, batch: Sequence[Received[DeadLetter]]) -> list[Failure]:
    """Write the dead letters that are new, in one transaction."""
    letters = [received.event for received in batch]
    # ON CONFLICT DO UPDATE takes each row once a statement: of an event's letters, the last attempt.
    known = sorted((letter for letter in letters if letter.event_id), key=attrgetter("attempts"))
    events = {letter.event_id: _row(letter) for letter in known}
    messages = [_row(letter) for letter in letters if letter.event_id is None]
    async with transaction(engine) as connection:
        await connection.execute(UPSERT_EVENTS, {"rows": json.dumps([*events.values()])})
        await connection.execute(INSERT_MESSAGES, {"rows": json.dumps(messages)})
    count_events(DeadLetter, Outcome.RECORDED, len(letters))
    return []


async def report_unrecordable(failures: Sequence[Failure]) -> None:
    """A dead letter has no dead letters of its own: it stays on its topic, and is said aloud."""
    for failure in failures:
        log.error(
            "dead letter without a row",
            topic=failure.record.topic,
            partition=failure.record.partition,
            offset=failure.record.offset,
            detail=failure.detail,
        )


def _row(letter: DeadLetter) -> dict[str, Any]:
    return letter.model_dump(mode="json", exclude={"headers", "key", "value"}) | {
        "headers": [(name, _base64(value)) for name, value in letter.headers],
        "key": _base64(letter.key),
        "value": _base64(letter.value),
    }


def _base64(data: bytes | None) -> str | None:
    """PostgreSQL's alphabet, not the URL-safe one of Pydantic."""
    return None if data is None else b64encode(data).decode()
