"""The formats in which events may be sent: how a body is split into items, and how an item is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catalogue_schema.events import Event

from catalogue_api.events.doors import Door
from catalogue_api.events.parsing import parse_cloudevent, parse_event
from catalogue_api.http.items import Items
from catalogue_api.http.media import JSON, NDJSON
from catalogue_api.http.problems import FieldError, Invalid
from catalogue_api.http.splitting import BOM, WHITESPACE, Array, Lines, Whole

CLOUDEVENT = "application/cloudevents+json"
CLOUDEVENTS = "application/cloudevents-batch+json"

MAX_LEAD = 1024
"""Bytes of white space that may stand before an array."""


@dataclass(frozen=True, slots=True)
class Format:
    """`split` raises Malformed or Invalid for the whole body, `parse` Rejected or NotJson for one item.

    `fields` is the JSON pointer to where an event's fields are in an item.
    """

    split: Callable[[bytes], Items]
    parse: Callable[[bytes, Door], Event]
    fields: str = ""


def _array(body: bytes) -> Items:
    if not _is_array(body):
        raise Invalid([FieldError(pointer="", reason="is no JSON array")])
    return Array(body)


def _one_or_array(body: bytes) -> Items:
    return Array(body) if _is_array(body) else Whole(body)


def _is_array(body: bytes) -> bool:
    return body[:1] == b"[" or body[:MAX_LEAD].removeprefix(BOM).lstrip(WHITESPACE)[:1] == b"["


BATCH_FORMATS: Mapping[str, Format] = {
    NDJSON: Format(Lines, parse_event),
    JSON: Format(_one_or_array, parse_event),
    CLOUDEVENT: Format(Whole, parse_cloudevent, "/data"),
    CLOUDEVENTS: Format(_array, parse_cloudevent, "/data"),
}
SINGLE_FORMATS: Mapping[str, Format] = {
    JSON: Format(Whole, parse_event),
    CLOUDEVENT: Format(Whole, parse_cloudevent, "/data"),
}
