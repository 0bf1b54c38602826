"""What passes on the topics, as server-sent events.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiokafka import ConsumerRecord
from catalogue_messaging.dead_letters import from_record
from catalogue_messaging.envelope import header
from catalogue_messaging.following import Gap
from catalogue_schema.headers import CE_PRODUCER
from catalogue_schema.topics import DEAD_LETTERS, Topic, Value
from fastapi.sse import format_sse_event
from pydantic_core import from_json, to_json

from catalogue_api.live.positions import Place

LETTER_FIELDS = {"event_id", "reason", "attempts", "topic", "partition", "offset", "letter"}
"""What is told of a dead letter: nothing that anybody wrote."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What stood at `offset`, and where it goes on from there.

    `frame` is the event, complete but for its id; empty where there is nothing to tell.
    """

    place: Place
    offset: int
    then: int
    frame: bytes
    is_gap: bool = False


def passed(topic: Topic, read: ConsumerRecord | Gap) -> Passed:
    """What came of the topic. A record that cannot be read is passed over."""
    if isinstance(read, Gap):
        place = (topic.name, read.partition.partition)
        return Passed(place, read.since, read.then, _gap(place, read), is_gap=True)
    data = told(topic, read)
    frame = b"" if data is None else _event(topic.event.__name__, data)
    return Passed((topic.name, read.partition), read.offset, read.offset + 1, frame)


def told(topic: Topic, record: ConsumerRecord) -> dict[str, Any] | None:
    """What is told of a record: where it stands, since when, and what; None of one that cannot be read."""
    if len(record.value or b"") > DEAD_LETTERS.max_message_bytes:
        return None  # it can only have been packed
    try:
        time = datetime.fromtimestamp(max(0, record.timestamp) / 1000, UTC)
        event = _letter(record) if topic.value is Value.ORIGINAL else _json(record)
    except (ValueError, OverflowError):
        return None
    producer = header([*record.headers], CE_PRODUCER)
    return {
        "topic": topic.name,
        "partition": record.partition,
        "offset": record.offset,
        "time": time,
        **({} if producer is None else {"producer": producer}),
        "event": event,
    }


def _json(record: ConsumerRecord) -> Any:
    return from_json(record.value or b"", allow_inf_nan=False)


def _letter(record: ConsumerRecord) -> dict[str, Any]:
    return from_record(record).model_dump(include=LETTER_FIELDS)


def _gap(place: Place, gap: Gap) -> bytes:
    topic, partition = place
    return _event("gap", {"topic": topic, "partition": partition, "since": gap.since, "then": gap.then})


def _event(name: str, data: dict[str, Any]) -> bytes:
    return format_sse_event(event=name, data_str=to_json(data).decode())
