"""Writing a batch of events: one statement, in one transaction, that joins names and says what it did."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import Any
from uuid import UUID

from aiokafka import ConsumerRecord
from catalogue_messaging.decoding import Decode, decode_json
from catalogue_messaging.failures import Failure, PermanentError, Received, TransientError
from catalogue_runtime.metrics import count_recorded
from catalogue_schema.events import Event, Reason
from catalogue_schema.headers import CE_PRODUCER
from catalogue_schema.topics import EVENT_TOPICS
from pydantic_core import from_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ingest_worker.metrics import out_of_range
from ingest_worker.names import BENCHMARK, MODEL, Kind
from ingest_worker.suppressions import Suppressions
from ingest_worker.transactions import Before, transaction

NOT_SAID = {"event_id", "occurred_at", "sentiment", "sentiment_confidence", "classifier"}


class Recording:
    """How events of a type become rows.

    `sql` reads them from the JSON array `:rows` and answers with one row: `recorded`, how many were new; as
    `unknown_model`, `unknown_benchmark` and `event_id_conflict` the places, counted from 1, of those that
    name what is unknown or have the id of another event; as `out_of_range` those whose score cannot be, with
    their metric; and `expected`, how many it meant to write.
    """

    def __init__(self, event: type[Event], sql: str, before: Before | None = None) -> None:
        self.event = event
        self.topic = EVENT_TOPICS[event]
        self.statement = text(sql)
        self._before = before
        # What is no part of what the event says, or not always; written once more it is the same.
        self._rest = {name for name in event.model_fields if re.search(rf"\b{name}\b", sql)} & NOT_SAID

    def decode(self) -> Decode[bytes]:
        """Reads a message as its event, checks it, and gives the fields that the statement reads, as JSON.

        Bytes, so that a batch in hand is little: thousands of events cost more to keep than to read.
        """
        read, rest = decode_json(self.topic), self._rest
        write = self.event.__pydantic_serializer__.to_json

        def decode(record: ConsumerRecord) -> bytes:
            event: Event = read(record)
            return row_of(event.said(), write(event, include=rest), producer_of(record))

        return decode

    async def prepare(self, connection: AsyncConnection, parameters: Mapping[str, str]) -> None:
        if self._before is not None and self._before.where in parameters["rows"]:
            await connection.execute(text(self._before.sql), parameters)


class ProducerError(PermanentError):
    """The header that says whose event it is says no such thing."""

    reason = Reason.INVALID


def producer_of(record: ConsumerRecord) -> bytes:
    """Whose event it is, as JSON. Raises ProducerError."""
    for name, value in reversed(record.headers):
        if name == CE_PRODUCER and value is not None:
            return _producer(value)
    return b"null"


@lru_cache(maxsize=10_000)
def _producer(value: bytes) -> bytes:
    try:
        return b'"%b"' % str(UUID(value.decode())).encode()
    except ValueError as error:
        raise ProducerError(f"header:{CE_PRODUCER} is no UUID: send a key's id, or leave it out") from error


def row_of(said: bytes, rest: bytes, producer: bytes = b"null") -> bytes:
    """What an event says, with its digest, whose it is, and its other fields, in one JSON object."""
    digest = blake2b(said, digest_size=16).hexdigest().encode()
    return b'{"fingerprint":"%b","producer":%b,%b,%b' % (digest, producer, said[1:-1], rest[1:])


def rows(batch: Sequence[Received[bytes]]) -> dict[str, str]:
    """A statement's parameters."""
    return {"rows": (b"[" + b",".join(received.event for received in batch) + b"]").decode()}


async def write_events(
    engine: AsyncEngine,
    recording: Recording,
    batch: Sequence[Received[bytes]],
    suppressions: Suppressions | None = None,
) -> list[Failure]:
    """Record the events that are new. Returns those that cannot be recorded. Raises as `transaction`."""
    async with transaction(engine) as connection:
        batch = await (suppressions or Suppressions()).keep_out(connection, recording.event, batch)
        parameters = rows(batch)
        await recording.prepare(connection, parameters)
        answer = (await connection.execute(recording.statement, parameters)).mappings().one()
        if answer["recorded"] < answer["expected"]:
            # Another worker wrote one of these ids meanwhile: the next try sees with what content.
            raise TransientError("another worker is writing the same events")
    failures = [
        *_unknown(batch, answer.get(MODEL.unknown), MODEL),
        *_unknown(batch, answer.get(BENCHMARK.unknown), BENCHMARK),
        *((place - 1, _conflict(batch[place - 1])) for place in answer["event_id_conflict"] or ()),
        *(
            (found["place"] - 1, out_of_range(batch[found["place"] - 1], found))
            for found in answer.get("out_of_range") or ()
        ),
    ]
    count_recorded(recording.event, answer["recorded"], len(batch) - len(failures))
    return [failure for _, failure in sorted(failures, key=itemgetter(0))]


def _unknown(
    batch: Sequence[Received[bytes]], places: Sequence[int] | None, kind: Kind
) -> list[tuple[int, Failure]]:
    found = []
    for place in places or ():
        event: dict[str, Any] = from_json(batch[place - 1].event)
        found.append((place - 1, kind.unknown_in(batch[place - 1].record, event[kind.field])))
    return found


def _conflict(received: Received[bytes]) -> Failure:
    event: dict[str, Any] = from_json(received.event)
    detail = (
        f"/event_id {event['event_id']} is another event's of yours, with other content, and that one stays"
    )
    return Failure(
        received.record,
        Reason.EVENT_ID_CONFLICT,
        f"{detail}: send this one with an id of its own",
        "EventIdConflict",
    )
