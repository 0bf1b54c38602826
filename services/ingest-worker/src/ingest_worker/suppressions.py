"""Keeping what was erased from coming back: by a replay, from a topic that is read again, or its producer."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from catalogue_messaging.failures import Received, TransientError
from catalogue_runtime.metrics import Outcome, count_events
from catalogue_schema.events import DeadLetter, Event
from catalogue_schema.subjects import ERASURES_LOCK, Digests, Subject, subjects_of
from pydantic import BaseModel, SecretStr
from pydantic_core import from_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")

# Two statements: the second has to see what was committed while the first waited.
HOLD = text(f"SELECT pg_advisory_xact_lock_shared({ERASURES_LOCK})")
ADDED = text("SELECT id, kind, digest, erasure_id FROM suppressions WHERE id > :known ORDER BY id")
# The later of the times at which it stood on a topic; consumers are told again of what stands there again.
NOTE = text("""
INSERT INTO erased_events AS e (erasure_id, event_id, producer, stood_at)
SELECT DISTINCT ON (event_id, producer) * FROM json_to_recordset(CAST(:events AS json))
    AS row (erasure_id uuid, event_id uuid, producer uuid, stood_at timestamptz)
ORDER BY event_id, producer, stood_at DESC
ON CONFLICT (event_id, producer) DO UPDATE SET stood_at = excluded.stood_at, is_told = false
WHERE e.stood_at < excluded.stood_at
""")


class SuppressedEvent(NamedTuple):
    """`stood_at` is its message's timestamp."""

    erasure_id: UUID
    event_id: UUID | None
    producer: UUID | None
    stood_at: datetime


class Suppressions:
    """What is suppressed, in memory, and brought up to date within each transaction that writes events."""

    def __init__(self, key: SecretStr | None = None) -> None:
        self._digests = None if key is None else Digests(key)
        self._erasures: dict[tuple[str, bytes], UUID] = {}
        self._last = 0

    async def hold(self, connection: AsyncConnection) -> None:
        """Let nothing be erased until the transaction ends, and know what was. Raises TransientError."""
        await connection.execute(HOLD)
        for row in await connection.execute(ADDED, {"known": self._last}):
            self._add(row.id, row.kind, bytes(row.digest), row.erasure_id)

    async def keep_out(
        self, connection: AsyncConnection, event: type[Event], batch: Sequence[Received[bytes]]
    ) -> Sequence[Received[bytes]]:
        """The rest of a batch of rows as JSON. Raises as `hold`."""
        await self.hold(connection)
        if not self._erasures:
            return batch
        said = [from_json(received.event) for received in batch]
        found = [self._erasure_of(subjects_of(fields)) for fields in said]
        dropped = [
            SuppressedEvent(erasure, UUID(fields["event_id"]), _uuid(fields["producer"]), _stood_at(received))
            for erasure, fields, received in zip(found, said, batch, strict=True)
            if erasure is not None
        ]
        await _note(connection, event, dropped)
        return [received for erasure, received in zip(found, batch, strict=True) if erasure is None]

    async def keep_letters_out(
        self, connection: AsyncConnection, batch: Sequence[Received[DeadLetter]]
    ) -> list[DeadLetter]:
        """The rest of a batch of dead letters: those with an erased subject in their bytes would show it."""
        await self.hold(connection)
        if not self._erasures:
            return [received.event for received in batch]
        kept, dropped = [], []
        for received in batch:
            letter = received.event
            erasure = self._erasure_of(_subjects_of_letter(letter))
            if erasure is None:
                kept.append(letter)
            else:
                dropped.append(
                    SuppressedEvent(erasure, letter.event_id, letter.producer, _stood_at(received))
                )
        await _note(connection, DeadLetter, dropped)
        return kept

    def _add(self, row_id: int, kind: str, digest: bytes, erasure_id: UUID | None) -> None:
        if self._digests is None:
            raise TransientError(
                "somebody's data were erased, and may come back: set ERASURE_KEY, as the API's is"
            )
        if kind == "key" and digest != self._digests.check:
            raise TransientError(
                "ERASURE_KEY is not the one under which data were erased: set that one again"
            )
        if erasure_id is not None:
            self._erasures[kind, digest] = erasure_id
        self._last = row_id

    def _erasure_of(self, subjects: Iterable[Subject]) -> UUID | None:
        assert self._digests is not None
        for subject in subjects:
            erasure = self._erasures.get((subject.kind, self._digests.of(subject)))
            if erasure is not None:
                return erasure
        return None


async def _note(
    connection: AsyncConnection, event: type[BaseModel], dropped: Sequence[SuppressedEvent]
) -> None:
    if not dropped:
        return
    rows = [each._asdict() for each in dropped if each.event_id is not None]
    if rows:
        await connection.execute(NOTE, {"events": json.dumps(rows, default=str)})
    count_events(event, Outcome.SUPPRESSED, len(dropped))


def _subjects_of_letter(letter: DeadLetter) -> Iterable[Subject]:
    said: dict[str, Any] = {"source": letter.source, "event_id": letter.event_id and str(letter.event_id)}
    try:
        value = from_json(letter.value or b"null")
    except ValueError:
        value = None
    yield from subjects_of(said)
    if isinstance(value, dict):
        yield from subjects_of(value)


def _uuid(text_: str | None) -> UUID | None:
    return None if text_ is None else UUID(text_)


def _stood_at(received: Received[Any]) -> datetime:
    return datetime.fromtimestamp(received.record.timestamp / 1000, UTC)
