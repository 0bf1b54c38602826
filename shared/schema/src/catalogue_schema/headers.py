"""The headers of messages, by name: what each says. AsyncAPI and the codecs are derived from these.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md for events;
Kafka Connect's (KIP-298) for dead letters, so that tools that know a sink's dead letters know ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from catalogue_schema.events import Reason

CE_SPECVERSION: Final = "ce_specversion"
CE_ID: Final = "ce_id"
CE_SOURCE: Final = "ce_source"
CE_TYPE: Final = "ce_type"
CE_TIME: Final = "ce_time"
CE_PRODUCER: Final = "ce_producer"
CONTENT_TYPE: Final = "content-type"
TRACEPARENT: Final = "traceparent"

ERROR_TOPIC: Final = "__connect.errors.topic"
ERROR_PARTITION: Final = "__connect.errors.partition"
ERROR_OFFSET: Final = "__connect.errors.offset"
ERROR_CLASS: Final = "__connect.errors.exception.class.name"
ERROR_MESSAGE: Final = "__connect.errors.exception.message"
REASON: Final = "catalogue.reason"
ATTEMPT: Final = "catalogue.attempt"
LETTER: Final = "catalogue.letter"
UNREADABLE: Final = "catalogue.unreadable"


@dataclass(frozen=True, slots=True)
class Header:
    """`schema` is JSON Schema of its text."""

    schema: Mapping[str, Any]
    required: bool = True


def _text(description: str, **more: str) -> dict[str, Any]:
    return {"type": "string", **more, "description": description}


EVENT_HEADERS: Mapping[str, Header] = {
    CE_SPECVERSION: Header({"const": "1.0"}),
    CE_ID: Header(_text("The event's id, its producer's idempotency key", format="uuid")),
    CE_SOURCE: Header(_text("Which service published it", format="uri-reference")),
    CE_TYPE: Header({"type": "string"}),
    CE_TIME: Header(_text("When it happened", format="date-time")),
    CE_PRODUCER: Header(
        _text(
            "Whose event it is: the id of the key or user that sent it, where one was asked for",
            format="uuid",
        ),
        required=False,
    ),
    CONTENT_TYPE: Header({"const": "application/json"}),
    TRACEPARENT: Header(_text("W3C Trace Context, where the producer sent one"), required=False),
}

DEAD_LETTER_HEADERS: Mapping[str, Header] = {
    ERROR_TOPIC: Header(_text("Where the message stood")),
    ERROR_PARTITION: Header(_text("The partition there")),
    ERROR_OFFSET: Header(_text("The offset there")),
    ERROR_CLASS: Header(_text("The kind of error")),
    ERROR_MESSAGE: Header(_text("What was wrong with it")),
    REASON: Header({"enum": [str(reason) for reason in Reason]}),
    ATTEMPT: Header(_text("How often it has failed")),
    LETTER: Header(_text("The dead letter's row, where it was replayed and failed again"), False),
    UNREADABLE: Header(_text("Why no client could decode the original, which has no bytes here"), False),
}
"""Those of the original message stand beside them, whatever they are."""
