"""From an item's bytes to the event that its producer submits."""

from collections.abc import Sequence
from typing import Any

from catalogue_schema.events import Event
from pydantic import ValidationError

from catalogue_api.events.doors import CloudEvent, Door
from catalogue_api.http.items import MAX_ERRORS, NotJson, Rejected
from catalogue_api.http.problems import FieldError, field_errors
from catalogue_api.http.splitting import MAX_ITEM_BYTES, has_more_commas

MAX_ELEMENTS = 300
"""Fields and elements of an event, with all that is inside: more than any has that is valid.

Each takes a hundred times the memory of its JSON, and Pydantic reports each field that it does not know.
"""

NO_TYPE = {"union_tag_not_found", "union_tag_invalid"}
NO_OBJECT = {"dict_type", "model_type", "model_attributes_type"}


def parse_event(raw: bytes, door: Door) -> Event:
    """Raises Rejected, or NotJson."""
    _refuse_excess(raw)
    try:
        return door.event.validate_json(raw)
    except ValidationError as error:
        raise _rejected(error, door) from error


def parse_cloudevent(raw: bytes, door: Door) -> Event:
    """The CloudEvent's `id` and `time` are the event's, and `data` its fields. Raises Rejected or NotJson."""
    _refuse_excess(raw)
    try:
        envelope = door.cloudevent.validate_json(raw)
    except ValidationError as error:
        raise _rejected(error, door) from error
    return enveloped(envelope.data, envelope, "/data")


def enveloped(event: Event, envelope: CloudEvent, fields: str) -> Event:
    """The event with the CloudEvent's `id` and `time`; its own fields are at the pointer `fields`."""
    if "event_id" in event.model_fields_set and event.event_id != envelope.id:
        reason = "is another than the CloudEvent's id"
        raise Rejected(FieldError(pointer=f"{fields}/event_id", reason=reason))
    own_time = envelope.time is None or "occurred_at" in event.model_fields_set
    time = event.occurred_at if own_time else envelope.time
    return event.model_copy(update={"event_id": envelope.id, "occurred_at": time})


def _refuse_excess(raw: bytes) -> None:
    if len(raw) > MAX_ITEM_BYTES:
        raise Rejected(FieldError(pointer="", reason=f"is over {MAX_ITEM_BYTES:,} bytes"))
    if has_more_commas(raw, MAX_ELEMENTS):
        raise Rejected(FieldError(pointer="", reason=f"has over {MAX_ELEMENTS} fields and elements"))


def _rejected(error: ValidationError, door: Door) -> Exception:
    errors: Sequence[Any] = error.errors(include_url=False)
    first = errors[0]["type"]
    if first == "json_invalid":
        return NotJson(errors[0]["ctx"]["error"])
    if first in NO_TYPE:
        return Rejected(FieldError(pointer="/type", reason=door.expected))
    if len(door.kinds) > 1:  # then Pydantic names the type before the field
        errors = [{**each, "loc": each["loc"][1:]} for each in errors]
    for each in errors:
        if each["type"] == "literal_error" and each["loc"][-1] == "type":
            # whatever else is wrong with it is wrong because it is another type
            return Rejected(*field_errors([{**each, "msg": door.expected}]))
        if each["type"] in NO_OBJECT:
            return Rejected(*field_errors([{**each, "msg": "is no JSON object"}]))
    return Rejected(*field_errors(errors[:MAX_ERRORS]))
