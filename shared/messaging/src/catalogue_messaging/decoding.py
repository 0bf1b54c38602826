"""From a message's value to the event that it carries: strict in what is known, lenient in what is not."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from aiokafka import ConsumerRecord
from catalogue_schema.clock import Clock
from catalogue_schema.events import Event, Reason
from catalogue_schema.headers import CONTENT_TYPE
from catalogue_schema.times import Time
from catalogue_schema.topics import Topic
from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError, to_json

from catalogue_messaging.failures import Failure

E = TypeVar("E")

Decode = Callable[[ConsumerRecord], E]
"""A message's event, in the form that its handler takes.

Raises Pydantic's ValidationError for a message that is no such event.
"""

REQUIRED = frozenset({"event_id", "occurred_at"})
"""The model makes these up where they are missing: each redelivery would then be a new event."""


class StructuredEvent(BaseModel):
    """A CloudEvent in structured mode: its attributes are in the value, and the event's fields in `data`.

    https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md#33-structured-content-mode
    """

    id: UUID
    time: Time | None = None
    data: dict[str, Any]


def decode_json(topic: Topic) -> Decode[Any]:
    """Reads a message's value as its topic's event; headers are read only where the value is none.

    Fields that are not known here are kept: a newer producer may send them, and the worker pass them on.
    """
    kind = topic.event
    assert issubclass(kind, Event)
    validate = partial(kind.model_validate_json, extra="allow")
    clock = Clock()

    def decode(record: ConsumerRecord) -> Event:
        try:
            event = validate(record.value or b"")
        except ValidationError:
            if not is_structured(record):
                raise
            event = validate(_fields(record.value))
        if not event.model_fields_set >= REQUIRED:
            missing = sorted(REQUIRED - event.model_fields_set)
            raise _wrong(kind, *[InitErrorDetails(type="missing", loc=(name,), input={}) for name in missing])
        if impossible := clock.find_impossible(event):
            error = PydanticCustomError("impossible_time", "{reason}", {"reason": impossible.reason})
            raise _wrong(kind, InitErrorDetails(type=error, loc=(impossible.field,), input={}))
        return event

    return decode


def is_structured(record: ConsumerRecord) -> bool:
    kinds = [value or b"" for name, value in record.headers if name.lower() == CONTENT_TYPE]
    return any(kind.lower().startswith(b"application/cloudevents+json") for kind in kinds)


def _fields(value: bytes) -> bytes:
    """The event's own fields, with the CloudEvent's id and, unless it has one, its time."""
    envelope = StructuredEvent.model_validate_json(value)
    time = {} if envelope.time is None else {"occurred_at": envelope.time}
    return to_json({**time, **envelope.data, "event_id": envelope.id})


def invalid(record: ConsumerRecord, error: ValidationError) -> Failure:
    """What is wrong with each field, as pointers into the value."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    undecodable = faults[0]["type"] == "json_invalid"
    detail = "; ".join("/".join(["", *map(str, fault["loc"])]) + " " + fault["msg"] for fault in faults)
    reason = Reason.UNDECODABLE if undecodable else Reason.INVALID
    return Failure(record, reason, detail.strip(), "ValidationError")


def _wrong(kind: type[Event], *errors: InitErrorDetails) -> ValidationError:
    return ValidationError.from_exception_data(kind.__name__, [*errors])
