"""Dead letters as they stand on the topic: the original message, and headers that say what was wrong.

`catalogue_schema.headers` says what each header is.
"""

import json
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from aiokafka import ConsumerRecord
from catalogue_schema.events import DeadLetter, Reason
from catalogue_schema.headers import (
    ATTEMPT,
    CE_ID,
    CE_PRODUCER,
    DEAD_LETTER_HEADERS,
    ERROR_CLASS,
    ERROR_MESSAGE,
    ERROR_OFFSET,
    ERROR_PARTITION,
    ERROR_TOPIC,
    LETTER,
    REASON,
    UNREADABLE,
)
from catalogue_schema.topics import DEAD_LETTERS

from catalogue_messaging.decoding import is_structured
from catalogue_messaging.envelope import Headers, header
from catalogue_messaging.failures import Failure
from catalogue_messaging.outbox import Message

REPLACED = DEAD_LETTER_HEADERS.keys() - {LETTER, UNREADABLE}
"""An earlier failure's, which a later one replaces. Which letter was replayed, and why a record was
unreadable, stay with it."""

OURS = REPLACED | {LETTER}
"""Those that are no part of the original."""

MAX_DETAIL = 2000
"""Characters of an error's message that are kept."""
MAX_COPIED = DEAD_LETTERS.max_message_bytes - 64 * 1024
"""Bytes of a message that are copied, which leaves room for our headers.

A larger one can stand on a topic where its producer compressed it: the topic's limit counts compressed bytes.
"""
MAX_TOPIC = 249
"""Characters, Kafka's own limit on a topic's name."""
MAX_INT = 2**31 - 1
MAX_BIGINT = 2**63 - 1


class Letter(NamedTuple):
    """What of a dead letter's row goes into its replay."""

    id: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    attempts: int


def to_message(failure: Failure) -> Message:
    """The dead letter of a failure. An earlier failure's headers are replaced and its attempts counted on."""
    record, detail = failure.record, failure.detail
    if _size(record) > MAX_COPIED:
        detail = f"not copied, {_size(record)} bytes: read it where it stands; {detail}"
        record = replace(record, key=None, value=None, headers=_identity(record))
    attempt = _integer(header(list(failure.record.headers), ATTEMPT), 0, MAX_INT - 1) + 1
    said: Headers = [
        (ERROR_TOPIC, record.topic.encode()),
        (ERROR_PARTITION, str(record.partition).encode()),
        (ERROR_OFFSET, str(record.offset).encode()),
        (ERROR_CLASS, failure.exception_class.encode()),
        (ERROR_MESSAGE, detail[:MAX_DETAIL].encode("utf-8", "replace")),
        (REASON, failure.reason.encode()),
        (ATTEMPT, str(attempt).encode()),
    ]
    original = [(name, value) for name, value in record.headers if name not in REPLACED]
    # aiokafka sends no message that has neither.
    key = b"" if record.key is None and record.value is None else record.key
    return Message(key, record.value, [*original, *said])


def from_record(record: ConsumerRecord) -> DeadLetter:
    """Read a dead letter. One that somebody else wrote, without our headers, is taken with what it has."""
    headers: Headers = [(name, value or b"") for name, value in record.headers]
    body = _body(record)
    reason = header(headers, REASON)
    return DeadLetter(
        event_id=_event_id(body, headers),
        producer=_uuid(header(headers, CE_PRODUCER)),
        reason=Reason(reason) if reason in set(Reason) else Reason.UNEXPECTED,
        detail=_text(header(headers, ERROR_MESSAGE)) or "",
        exception_class=(_text(header(headers, ERROR_CLASS)) or "")[:255],
        topic=(_text(header(headers, ERROR_TOPIC)) or record.topic)[:MAX_TOPIC],
        partition=_integer(header(headers, ERROR_PARTITION), record.partition, MAX_INT),
        offset=_integer(header(headers, ERROR_OFFSET), record.offset, MAX_BIGINT),
        key=record.key,
        value=record.value,
        headers=tuple((_text(name) or "", value) for name, value in headers if name not in OURS),
        model=_text(body.get("model")),
        benchmark=_text(body.get("benchmark")),
        source=_text(body.get("source")),
        letter=_integer(header(headers, LETTER), 0, MAX_BIGINT) or None,
        attempts=max(1, _integer(header(headers, ATTEMPT), 1, MAX_INT)),
        failed_at=datetime.fromtimestamp(max(0, record.timestamp) / 1000, UTC),
    )


def to_replay(letter: Letter) -> Message:
    """The original message, as it is published again: its failures counted on, and which letter it is of."""
    headers = [(name, value) for name, value in letter.headers if name not in OURS]
    counted = (ATTEMPT, str(letter.attempts).encode())
    return Message(letter.key, letter.value, [*headers, counted, (LETTER, str(letter.id).encode())])


def kept_headers(kept: Iterable[tuple[str, str]]) -> Headers:
    """A row's headers, each a name and base64, as they stood on the topic."""
    return [(name, b64decode(value)) for name, value in kept]


def _body(record: ConsumerRecord) -> dict[str, Any]:
    """The event's fields, as far as they can be read."""
    body = _object(record.value)
    if not is_structured(record):
        return body
    data = body.get("data")
    return {**(data if isinstance(data, dict) else {}), "event_id": body.get("id")}


def _object(value: bytes | None) -> dict[str, Any]:
    try:
        body = json.loads(value or b"")
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _identity(record: ConsumerRecord) -> tuple[tuple[str, bytes], ...]:
    """The headers that say which event it is, and whose."""
    headers = [*record.headers]
    known = {
        CE_ID: _event_id(_body(record), headers),
        CE_PRODUCER: _uuid(header(headers, CE_PRODUCER)),
    }
    return tuple((name, str(value).encode()) for name, value in known.items() if value is not None)


def _event_id(body: dict[str, Any], headers: Headers) -> UUID | None:
    return _uuid(body.get("event_id")) or _uuid(header(headers, CE_ID))


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _size(record: ConsumerRecord) -> int:
    headers = sum(len(name.encode()) + len(value or b"") for name, value in record.headers)
    return len(record.key or b"") + len(record.value or b"") + headers


def _integer(text: str | None, otherwise: int, maximum: int) -> int:
    if text is None or not text.isdecimal() or len(text) > len(str(maximum)) or int(text) > maximum:
        return otherwise
    return int(text)


def _text(value: object) -> str | None:
    """As PostgreSQL can hold it: no NUL, no lone surrogates."""
    if not isinstance(value, str):
        return None
    return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()[:MAX_DETAIL]
