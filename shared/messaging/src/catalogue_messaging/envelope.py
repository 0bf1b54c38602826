"""CloudEvents 1.0 over Kafka, binary mode: attributes as `ce_` headers, the event as JSON in the value.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from catalogue_schema.events import Event

Headers = list[tuple[str, bytes]]


def event_headers(event: Event, source: str, traceparent: str | None = None) -> Headers:
    """Headers of `event` as published by `source`, a URI reference such as `/catalogue-api`."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(event.event_id).encode()),
        ("ce_source", source.encode()),
        ("ce_type", type(event).__name__.encode()),
        ("ce_time", event.occurred_at.isoformat().encode()),
        ("content-type", b"application/json"),
    ]
    if traceparent is not None:
        headers.append(("traceparent", traceparent.encode()))
    return headers


def header(headers: Headers, name: str) -> str | None:
    """The last header of this name as text, or None; bytes that are no UTF-8 are replaced."""
    for key, value in reversed(headers):
        if key == name and value is not None:
            return value.decode("utf-8", "replace")
    return None
