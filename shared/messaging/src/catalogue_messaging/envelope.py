"""CloudEvents 1.0 over Kafka, binary mode: attributes as `ce_` headers, the event as JSON in the value.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from collections.abc import Iterable
from functools import cache
from uuid import UUID

from catalogue_schema.events import Event
from catalogue_schema.headers import (
    CE_ID,
    CE_PRODUCER,
    CE_SOURCE,
    CE_SPECVERSION,
    CE_TIME,
    CE_TYPE,
    CONTENT_TYPE,
    TRACEPARENT,
)

Headers = list[tuple[str, bytes]]

PASSED_ON = frozenset({CE_PRODUCER, TRACEPARENT})
"""What an event keeps from the request that brought it, through every message that is made of it."""


def of_request(producer: UUID | None, traceparent: str | None) -> Headers:
    """What is passed on of a request: who sent it, unless nobody was asked, and its trace."""
    headers = [] if producer is None else [(CE_PRODUCER, str(producer).encode())]
    return headers if traceparent is None else [*headers, (TRACEPARENT, traceparent.encode())]


def of_message(headers: Iterable[tuple[str, bytes]]) -> Headers:
    """What is passed on of a message."""
    return [each for each in headers if each[0] in PASSED_ON]


def event_headers(event: Event, source: str, passed_on: Iterable[tuple[str, bytes]] = ()) -> Headers:
    """The headers of `event` as published by `source`, a URI reference such as `/catalogue-api`."""
    version, origin, kind, content_type = _constant_headers(type(event).__name__, source)
    event_id, time = str(event.event_id).encode(), event.occurred_at.isoformat().encode()
    return [version, (CE_ID, event_id), origin, kind, (CE_TIME, time), content_type, *passed_on]


@cache
def _constant_headers(kind: str, source: str) -> Headers:
    """Those that are the same for all events of a kind; made once, since events come by the thousand."""
    return [
        (CE_SPECVERSION, b"1.0"),
        (CE_SOURCE, source.encode()),
        (CE_TYPE, kind.encode()),
        (CONTENT_TYPE, b"application/json"),
    ]


def header(headers: Headers, name: str) -> str | None:
    """The last header of this name as text, or None; bytes that are no UTF-8 are replaced."""
    for key, value in reversed(headers):
        if key == name and value is not None:
            return value.decode("utf-8", "replace")
    return None
