"""The bodies of the event routes as OpenAPI has them: a route that reads its own body cannot be inspected."""

from typing import Any

from catalogue_schema.examples import load
from catalogue_schema.topics import SUBMITTED, Topic
from pydantic import BaseModel, TypeAdapter
from pydantic_core import from_json

from catalogue_api.events.formats import CLOUDEVENT, CLOUDEVENTS
from catalogue_api.http.bodies import JSON, NDJSON

TYPES = [topic.event for topic in SUBMITTED.values()]


def single_body(topic: Topic) -> dict[str, Any]:
    """`openapi_extra` of a route that takes one event."""
    kind, example = topic.event, _example(topic)
    return _body(
        {
            JSON: {"schema": kind.model_json_schema(), "example": example},
            CLOUDEVENT: {"schema": _cloudevent(kind), "example": _as_cloudevent(kind, example)},
        }
    )


def batch_body() -> dict[str, Any]:
    """`openapi_extra` of the route that takes many."""
    examples = {topic.event: _example(topic) for topic in SUBMITTED.values()}
    typed = [{"type": kind.__name__, **example} for kind, example in examples.items()]
    event = {"oneOf": [_typed(kind) for kind in TYPES]}
    cloudevent = {"oneOf": [_cloudevent(kind) for kind in TYPES]}
    cloudevents = [_as_cloudevent(kind, example) for kind, example in examples.items()]
    lines = "".join(TypeAdapter(dict[str, Any]).dump_json(each).decode() + "\n" for each in typed)
    return _body(
        {
            NDJSON: {"schema": {"type": "string", "description": "One event a line"}, "example": lines},
            JSON: {"schema": {"type": "array", "items": event}, "example": typed},
            CLOUDEVENT: {"schema": cloudevent, "example": cloudevents[0]},
            CLOUDEVENTS: {"schema": {"type": "array", "items": cloudevent}, "example": cloudevents},
        }
    )


def _example(topic: Topic) -> dict[str, Any]:
    """The golden example that has every field, as a producer would send it."""
    golden = next(example for example in load(topic) if example.case == "full")
    fields: dict[str, Any] = from_json(golden.value)
    made_up = {"event_id", "occurred_at"}
    return {name: value for name, value in fields.items() if name not in made_up and value is not None}


def _body(content: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": content}}


def _typed(kind: type[BaseModel]) -> dict[str, Any]:
    """An event among others says its type."""
    schema = kind.model_json_schema()
    properties = {"type": {"const": kind.__name__}, **schema["properties"]}
    return {**schema, "properties": properties, "required": ["type", *schema["required"]]}


def _cloudevent(kind: type[BaseModel]) -> dict[str, Any]:
    """https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md"""
    return {
        "title": f"CloudEvent of {kind.__name__}",
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "format": "uuid"},
            "source": {"type": "string", "format": "uri-reference", "minLength": 1},
            "type": {"const": kind.__name__},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": JSON},
            "data": kind.model_json_schema(),
        },
    }


def _as_cloudevent(kind: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": "0198c1f2-5a3e-7c44-9d1b-2f6d7e8a9b01",
        "source": "/harness/nightly",
        "type": kind.__name__,
        "time": "2025-03-27T08:00:00Z",
        "data": example,
    }
