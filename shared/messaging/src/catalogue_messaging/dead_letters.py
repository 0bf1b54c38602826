"""Dead letters as they stand on the topic: the original message, and headers that say what was wrong.

The headers are Kafka Connect's (KIP-298), so that tools that know a sink's dead letters know ours, and two
of our own: `catalogue.reason` and `catalogue.attempt`.
"""

import json
from typing import Any
from uuid import UUID

from aiokafka import ConsumerRecord
from catalogue_schema.events import DeadLetter, Reason

from catalogue_messaging.envelope import Headers, header
from catalogue_messaging.failures import Failure
from catalogue_messaging.publisher import Message

TOPIC = "__connect.errors.topic"
PARTITION = "__connect.errors.partition"
OFFSET = "__connect.errors.offset"
EXCEPTION_CLASS = "__connect.errors.exception.class.name"
EXCEPTION_MESSAGE = "__connect.errors.exception.message"
REASON = "catalogue.reason"
ATTEMPT = "catalogue.attempt"
OURS = {TOPIC, PARTITION, OFFSET, EXCEPTION_CLASS, EXCEPTION_MESSAGE, REASON, ATTEMPT}

MAX_DETAIL = 2000
"""Characters of an error's message that are kept."""


def to_message(failure: Failure) -> Message:
    """The dead letter of a failure. An earlier failure's headers are replaced and its attempts counted on."""
    record = failure.record
    earlier = header(list(record.headers), ATTEMPT) or ""
    attempt = (int(earlier) if earlier.isdecimal() else 0) + 1
    said: Headers = [
        (TOPIC, record.topic.encode()),
        (PARTITION, str(record.partition).encode()),
        (OFFSET, str(record.offset).encode()),
        (EXCEPTION_CLASS, failure.exception_class.encode()),
        (EXCEPTION_MESSAGE, failure.detail[:MAX_DETAIL].encode("utf-8", "replace")),
        (REASON, failure.reason.encode()),
        (ATTEMPT, str(attempt).encode()),
    ]
    original = [(name, value) for name, value in record.headers if name not in OURS]
    # aiokafka sends no message that has neither.
    key = b"" if record.key is None and record.value is None else record.key
    return Message(key, record.value, [*original, *said])


def from_record(record: ConsumerRecord) -> DeadLetter:
    """Read a dead letter. One that somebody else wrote, without our headers, is taken with what it has."""
    headers: Headers = [(name, value or b"") for name, value in record.headers]
    body = _object(record.value)
    reason = header(headers, REASON)
    return DeadLetter(
        event_id=_event_id(body, headers),
        reason=Reason(reason) if reason in set(Reason) else Reason.UNEXPECTED,
        detail=_text(header(headers, EXCEPTION_MESSAGE)) or "",
        exception_class=(_text(header(headers, EXCEPTION_CLASS)) or "")[:255],
        topic=_text(header(headers, TOPIC)) or record.topic,
        partition=_integer(header(headers, PARTITION), record.partition),
        offset=_integer(header(headers, OFFSET), record.offset),
        key=record.key,
        value=record.value,
        headers=tuple((name, value) for name, value in headers if name not in OURS),
        model=_text(body.get("model")),
        benchmark=_text(body.get("benchmark")),
        attempts=max(1, _integer(header(headers, ATTEMPT), 1)),
    )


def _object(value: bytes | None) -> dict[str, Any]:
    try:
        body = json.loads(value or b"")
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _event_id(body: dict[str, Any], headers: Headers) -> UUID | None:
    for candidate in (body.get("event_id"), header(headers, "ce_id")):
        try:
            return UUID(str(candidate))
        except ValueError:
            continue
    return None


def _integer(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 19 else otherwise


def _text(value: object) -> str | None:
    """As PostgreSQL can hold it: no NUL, no lone surrogates."""
    if not isinstance(value, str):
        return None
    return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()[:MAX_DETAIL]
