"""Writing dead letters: one row a producer's event, so that an event that keeps failing fills no table."""

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

import structlog
from catalogue_messaging.failures import Failure, Received
from catalogue_runtime.metrics import Outcome, count_events
from catalogue_schema.events import DeadLetter, Reason
from catalogue_schema.tables.dead_letters import IS_RECORDED
from catalogue_schema.tables.names import NAMES_LOCK
from catalogue_schema.topics import submitted_type
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ingest_worker.suppressions import Suppressions
from ingest_worker.transactions import transaction

log = structlog.get_logger(__name__)

INSERT = """
INSERT INTO dead_letters AS d (event_id, producer, type, reason, detail, exception_class, topic, partition,
                               "offset", key, value, headers, model, benchmark, source, attempts, failed_at)
SELECT event_id, producer, type, reason, detail, exception_class, topic, partition, "offset",
       decode(key, 'base64'), decode(value, 'base64'), headers, model, benchmark, source, attempts, failed_at
FROM json_to_recordset(CAST(:rows AS json)) AS row (
    event_id uuid, producer uuid, type text, reason text, detail text, exception_class text, topic text,
    partition int, "offset" bigint, key text, value text, headers jsonb, model text, benchmark text,
    source text, attempts int, failed_at timestamptz)
"""

MAX_HISTORY = 20
"""Failures before the last that a letter keeps."""
PAST = f"""
    history = (CASE WHEN jsonb_array_length(d.history) < {MAX_HISTORY} THEN d.history ELSE d.history - 0 END)
        || jsonb_build_object('attempt', d.attempts, 'reason', d.reason, 'detail', d.detail,
                              'failed_at', d.failed_at)
"""

# The same event failing the same way again changes nothing; failing otherwise, or after a replay, is news,
# and what failed before is history. An older letter that came again is neither.
UPSERT_EVENTS = text(
    f"""{INSERT}
ORDER BY event_id, producer, type
ON CONFLICT (event_id, producer, type) WHERE event_id IS NOT NULL AND reason <> 'event_id_conflict' DO UPDATE
SET reason = excluded.reason, detail = excluded.detail, exception_class = excluded.exception_class,
    topic = excluded.topic, partition = excluded.partition, "offset" = excluded."offset",
    key = excluded.key, value = excluded.value, headers = excluded.headers,
    model = excluded.model, benchmark = excluded.benchmark, source = excluded.source,
    attempts = excluded.attempts, failed_at = excluded.failed_at, status = 'open', {PAST}
WHERE d.attempts < excluded.attempts OR (d.attempts = excluded.attempts AND d.failed_at < excluded.failed_at
    AND (d.reason, d.detail, d.value) IS DISTINCT FROM (excluded.reason, excluded.detail, excluded.value))
"""
)

INSERT_CONFLICTS = text(
    f"""{INSERT}
ORDER BY event_id, producer, type, md5(value)
ON CONFLICT (event_id, producer, type, md5(value)) WHERE event_id IS NOT NULL AND reason = 'event_id_conflict'
DO UPDATE SET attempts = excluded.attempts, failed_at = excluded.failed_at, status = 'open', {PAST}
WHERE d.attempts < excluded.attempts
"""
)

INSERT_MESSAGES = text(
    f"""{INSERT}
ORDER BY topic, partition, "offset"
ON CONFLICT (topic, partition, "offset", md5(value), md5(detail)) WHERE event_id IS NULL DO NOTHING
"""
)

# A message without an id that was replayed: by the letter that it was replayed of.
UPDATE_REPLAYED = text(
    f"""
UPDATE dead_letters d SET reason = again.reason, detail = again.detail, attempts = again.attempts,
    failed_at = again.failed_at, status = 'open', {PAST}
FROM json_to_recordset(CAST(:rows AS json)) AS again (
    letter bigint, reason text, detail text, attempts int, failed_at timestamptz)
WHERE d.id = again.letter AND d.event_id IS NULL AND d.attempts < again.attempts
"""
)

# A letter may come later than the row of its event, which was sent again meanwhile.
CLOSE_RECORDED = text(f"""
UPDATE dead_letters d SET status = 'recorded'
WHERE d.event_id = ANY (CAST(:ids AS uuid[])) AND d.status = 'open' AND d.reason <> 'event_id_conflict'
    AND {IS_RECORDED}
""")
HOLD_NAMES = text(f"SELECT pg_advisory_xact_lock_shared({NAMES_LOCK})")
# A name may have appeared after the event failed, and before its letter came.
REPLAY_KNOWN = text("""
SELECT replay_models(ARRAY(SELECT bare_name(name) FROM unnest(CAST(:models AS text[])) AS name)),
       replay_benchmarks(ARRAY(SELECT normal_name(name) FROM unnest(CAST(:benchmarks AS text[])) AS name))
""")


async def record_dead_letters(
    engine: AsyncEngine, batch: Sequence[Received[DeadLetter]], suppressions: Suppressions | None = None
) -> list[Failure]:
    """Write the dead letters that are new, in one transaction."""
    async with transaction(engine) as connection:
        letters = await (suppressions or Suppressions()).keep_letters_out(connection, batch)
        await connection.execute(HOLD_NAMES)
        await _write(connection, letters)
        await _close_and_replay(connection, [letter for letter in letters if letter.event_id])
    count_events(DeadLetter, Outcome.RECORDED, len(letters))
    return []


async def _write(connection: AsyncConnection, letters: Sequence[DeadLetter]) -> None:
    # ON CONFLICT DO UPDATE takes each row once a statement: of an event's letters, the last.
    last = sorted(letters, key=attrgetter("attempts", "failed_at"))
    events, conflicts, messages, replayed = {}, {}, [], []
    for letter in last:
        row = _row(letter)
        if letter.event_id is None and letter.letter is not None:
            replayed.append(row)
        elif letter.event_id is None:
            messages.append(row)
        elif letter.reason is Reason.EVENT_ID_CONFLICT:
            conflicts[letter.event_id, letter.producer, row["type"], letter.value] = row
        else:
            events[letter.event_id, letter.producer, row["type"]] = row
    for statement, rows in (
        (UPSERT_EVENTS, events.values()),
        (INSERT_CONFLICTS, conflicts.values()),
        (INSERT_MESSAGES, messages),
        (UPDATE_REPLAYED, replayed),
    ):
        if rows:
            await connection.execute(statement, {"rows": json.dumps([*rows])})


async def _close_and_replay(connection: AsyncConnection, letters: Iterable[DeadLetter]) -> None:
    waiting: dict[Reason, set[str]] = {Reason.UNKNOWN_MODEL: set(), Reason.UNKNOWN_BENCHMARK: set()}
    ids = []
    for letter in letters:
        ids.append(letter.event_id)
        if letter.reason in waiting:
            name = letter.model if letter.reason is Reason.UNKNOWN_MODEL else letter.benchmark
            waiting[letter.reason].add(name or "")
    if not ids:
        return
    await connection.execute(CLOSE_RECORDED, {"ids": ids})
    models, benchmarks = waiting.values()
    await connection.execute(REPLAY_KNOWN, {"models": [*models], "benchmarks": [*benchmarks]})


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
        "type": submitted_type(letter.topic),
        "headers": [(name, _base64(value)) for name, value in letter.headers],
        "key": _base64(letter.key),
        "value": _base64(letter.value),
    }


def _base64(data: bytes | None) -> str | None:
    """PostgreSQL's alphabet, not the URL-safe one of Pydantic."""
    return None if data is None else b64encode(data).decode()
