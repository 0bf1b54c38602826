"""The bodies of the event routes as OpenAPI has them: a route that reads its own body cannot be inspected."""

from typing import Any

from catalogue_schema.events import OpinionSubmitted, ResultReported
from pydantic import TypeAdapter

from catalogue_api.bodies import JSON, NDJSON
from catalogue_api.events.formats import CLOUDEVENT, CLOUDEVENTS
from catalogue_api.events.parsing import Submitted

OPINION = {
    "model": "openai/gpt-4o",
    "content": "Fast and cheap, but it makes up citations.",
    "source": "reddit",
    "date_published": "2025-03-01",
    "tags": ["speed", "citations"],
}
RESULT = {
    "model": "openai/gpt-4o",
    "benchmark": "Aider Polyglot",
    "score": 45.3,
    "date_tested": "2025-03-27",
    "source": "https://aider.chat/docs/leaderboards/",
}
EXAMPLES: dict[type[Submitted], dict[str, Any]] = {OpinionSubmitted: OPINION, ResultReported: RESULT}


def single_body(kind: type[Submitted]) -> dict[str, Any]:
    """`openapi_extra` of a route that takes one event."""
    example = EXAMPLES[kind]
    return _body(
        {
            JSON: {"schema": kind.model_json_schema(), "example": example},
            CLOUDEVENT: {"schema": _cloudevent(kind), "example": _as_cloudevent(kind, example)},
        }
    )


def batch_body() -> dict[str, Any]:
    """`openapi_extra` of the route that takes many."""
    typed = [{"type": kind.__name__, **example} for kind, example in EXAMPLES.items()]
    event = {"oneOf": [_typed(kind) for kind in EXAMPLES]}
    cloudevent = {"oneOf": [_cloudevent(kind) for kind in EXAMPLES]}
    cloudevents = [_as_cloudevent(kind, example) for kind, example in EXAMPLES.items()]
    lines = "".join(TypeAdapter(dict[str, Any]).dump_json(each).decode() + "\n" for each in typed)
    return _body(
        {
            NDJSON: {"schema": {"type": "string", "description": "One event a line"}, "example": lines},
            JSON: {"schema": {"type": "array", "items": event}, "example": typed},
            CLOUDEVENT: {"schema": cloudevent, "example": cloudevents[0]},
            CLOUDEVENTS: {"schema": {"type": "array", "items": cloudevent}, "example": cloudevents},
        }
    )


def _body(content: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": content}}


def _typed(kind: type[Submitted]) -> dict[str, Any]:
    """An event among others says its type."""
    schema = kind.model_json_schema()
    properties = {"type": {"const": kind.__name__}, **schema["properties"]}
    return {**schema, "properties": properties, "required": ["type", *schema["required"]]}


def _cloudevent(kind: type[Submitted]) -> dict[str, Any]:
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


def _as_cloudevent(kind: type[Submitted], example: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": "0198c1f2-5a3e-7c44-9d1b-2f6d7e8a9b01",
        "source": "/harness/nightly",
        "type": kind.__name__,
        "time": "2025-03-27T08:00:00Z",
        "data": example,
    }
