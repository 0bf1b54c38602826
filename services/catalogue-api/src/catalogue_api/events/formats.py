"""The formats in which events may be sent: how a body is split into items, and how an item is read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from catalogue_schema.events import Event

from catalogue_api.events.parsing import parse_cloudevent, parse_event
from catalogue_api.http.bodies import JSON, NDJSON, parse_json
from catalogue_api.http.items import ndjson
from catalogue_api.http.problems import FieldError, Invalid

CLOUDEVENT = "application/cloudevents+json"
CLOUDEVENTS = "application/cloudevents-batch+json"


@dataclass(frozen=True, slots=True)
class Format:
    """`split` raises Malformed or Invalid for the whole body, `parse` Rejected for one item."""

    split: Callable[[bytes], Iterable[object]]
    parse: Callable[..., Event]


def _one(body: bytes) -> Iterable[object]:
    return [parse_json(body)]


def _array(body: bytes) -> list[Any]:
    values = parse_json(body)
    if not isinstance(values, list):
        raise Invalid([FieldError(pointer="", reason="is no JSON array")])
    return values


def _one_or_array(body: bytes) -> Iterable[object]:
    values = parse_json(body)
    return values if isinstance(values, list) else [values]


BATCH_FORMATS = {
    NDJSON: Format(ndjson, parse_event),
    JSON: Format(_one_or_array, parse_event),
    CLOUDEVENT: Format(_one, parse_cloudevent),
    CLOUDEVENTS: Format(_array, parse_cloudevent),
}
SINGLE_FORMATS = {JSON: Format(_one, parse_event), CLOUDEVENT: Format(_one, parse_cloudevent)}
