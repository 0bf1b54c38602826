"""From JSON values, or CloudEvents, to the events that producers may submit."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from catalogue_schema.events import Event
from catalogue_schema.times import Time, why_impossible
from catalogue_schema.topics import SUBMITTED, Topic
from pydantic import BaseModel, Field

from catalogue_api.http.items import Rejected, validated
from catalogue_api.http.problems import FieldError

Types: TypeAlias = Mapping[str, Topic]
"""The topics of the events that are possible, by their types."""


class CloudEvent(BaseModel):
    """CloudEvents 1.0, structured mode. Extension attributes are taken and ignored.

    https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
    """

    specversion: Literal["1.0"]
    id: UUID
    source: str = Field(min_length=1)
    type: str
    time: Time | None = None
    datacontenttype: Literal["application/json"] | None = None
    data: dict[str, Any]


def parse_event(item: object, types: Types = SUBMITTED) -> Event:
    """An event's fields, and its `type` unless only one is possible. Raises Rejected."""
    if not isinstance(item, dict):
        raise Rejected(FieldError(pointer="", reason="is no JSON object"))
    fields = dict(item)
    name = fields.pop("type", next(iter(types)) if len(types) == 1 else None)
    event = validated(_topic(name, types).event, fields)
    assert isinstance(event, Event)
    if reason := why_impossible(event.occurred_at, datetime.now(UTC)):
        raise Rejected(FieldError(pointer="/occurred_at", reason=reason))
    return event


def parse_cloudevent(item: object, types: Types = SUBMITTED) -> Event:
    """The CloudEvent's `id` and `time` are the event's, and `data` its fields. Raises Rejected."""
    envelope = validated(CloudEvent, item)
    only = {envelope.type: _topic(envelope.type, types)}
    fields = {"occurred_at": envelope.time, **envelope.data} if envelope.time else dict(envelope.data)
    try:
        event = parse_event({"event_id": envelope.id, **fields}, only)
    except Rejected as rejected:
        raise Rejected(*map(_within_data, rejected.errors)) from rejected
    if event.event_id != envelope.id:
        raise Rejected(FieldError(pointer="/data/event_id", reason="is another than the CloudEvent's id"))
    return event


def _topic(name: object, types: Types) -> Topic:
    found = types.get(name) if isinstance(name, str) else None
    if found is None:
        raise Rejected(FieldError(pointer="/type", reason=f"must be {' or '.join(types)}"))
    return found


def _within_data(error: FieldError) -> FieldError:
    return FieldError(pointer="/data" + error["pointer"], reason=error["reason"])
