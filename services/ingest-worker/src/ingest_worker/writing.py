"""Writing a batch of events: one statement, in one transaction, that joins names and says what it did."""

import re
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from aiokafka import ConsumerRecord
from catalogue_messaging.decoding import Decode, decode_json
from catalogue_messaging.failures import Failure, Received
from catalogue_runtime.metrics import count_recorded
from catalogue_schema.events import Event
from catalogue_schema.topics import EVENT_TOPICS
from pydantic_core import from_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_worker.names import BENCHMARK, MODEL, Kind
from ingest_worker.transactions import transaction


class Recording:
    """How events of a type become rows.

    `sql` reads them from the JSON array `:rows` and answers with one row: `recorded`, how many were new, and
    as `unknown_model` and `unknown_benchmark` the places, counted from 1, of those that name what is unknown.
    `before` is a statement for the same transaction, where what `sql` sees depends on it.
    """

    def __init__(self, event: type[Event], sql: str, before: str | None = None) -> None:
        self.event = event
        self.topic = EVENT_TOPICS[event]
        self.statement = text(sql)
        self.before = None if before is None else text(before)
        self._fields = {name for name in event.model_fields if re.search(rf"\b{name}\b", sql)}

    def decode(self) -> Decode[bytes]:
        """Reads a message as its event, checks it, and gives the fields that the statement reads, as JSON.

        Bytes, so that a batch in hand is little: thousands of events cost more to keep than to read.
        """
        read, fields = decode_json(self.topic), self._fields
        write = self.event.__pydantic_serializer__.to_json

        def decode(record: ConsumerRecord) -> bytes:
            return write(read(record), include=fields)

        return decode


def rows(batch: Sequence[Received[bytes]]) -> dict[str, str]:
    """A statement's parameters."""
    return {"rows": (b"[" + b",".join(received.event for received in batch) + b"]").decode()}


async def write_events(
    engine: AsyncEngine, recording: Recording, batch: Sequence[Received[bytes]]
) -> list[Failure]:
    """Record the events that are new. Returns those that name what is unknown. Raises as `transaction`."""
    parameters = rows(batch)
    async with transaction(engine) as connection:
        if recording.before is not None:
            await connection.execute(recording.before)
        answer = (await connection.execute(recording.statement, parameters)).mappings().one()
    unknown: list[tuple[int, Kind]] = [
        (place - 1, kind) for kind in (MODEL, BENCHMARK) for place in answer.get(kind.unknown) or ()
    ]
    count_recorded(recording.event, answer["recorded"], len(batch) - len(unknown))
    return [_failure(batch[place], kind) for place, kind in sorted(unknown, key=itemgetter(0))]


def _failure(received: Received[bytes], kind: Kind) -> Failure:
    event: dict[str, Any] = from_json(received.event)
    return kind.unknown_in(received.record, event[kind.field])
