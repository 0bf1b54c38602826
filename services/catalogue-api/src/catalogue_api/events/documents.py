"""The routes that take events as OpenAPI has them: none is FastAPI's, so FastAPI cannot describe them."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from catalogue_schema.examples import load
from catalogue_schema.topics import SUBMITTED, Topic
from pydantic import BaseModel, Field, TypeAdapter
from pydantic_core import from_json

from catalogue_api.events.formats import CLOUDEVENT, CLOUDEVENTS
from catalogue_api.http.media import JSON, NDJSON
from catalogue_api.http.openapi import PROBLEM_RESPONSES
from catalogue_api.http.problems import RejectedItem

EVENTS_PATH = "/v1/events"
TYPES = [topic.event for topic in SUBMITTED.values()]

TRACEPARENT = {
    "name": "traceparent",
    "in": "header",
    "schema": {"type": "string"},
    "description": "W3C Trace Context; passed on to the messages",
}


class Accepted(BaseModel):
    event_id: Annotated[UUID, Field(description="Ask /v1/events/{event_id} what became of it")]


class AcceptedBatch(BaseModel):
    accepted: Annotated[int, Field(examples=[341])]
    event_ids: Annotated[list[UUID], Field(description="Of the events that were accepted, in their order")]
    rejected: list[RejectedItem]


def intake_paths() -> Mapping[str, Mapping[str, Any]]:
    """The paths of OpenAPI, each with its operation."""
    singles = {
        topic.submission.path: {"post": _single(topic, topic.submission.summary)}
        for topic in SUBMITTED.values()
        if topic.submission and topic.submission.path
    }
    return {EVENTS_PATH: {"post": _batch()}, **singles}


def _single(topic: Topic, summary: str) -> dict[str, Any]:
    description = "202 once Kafka has acknowledged it. The same event id again is the same event."
    key = _key(
        "Makes the event's id, unless the body has one; a UUID is that id. The same key is the same event."
    )
    operation = _operation(f"post_{topic.event.__name__}", summary, description, Accepted)
    return {**operation, "parameters": [key, TRACEPARENT], **single_body(topic)}


def _batch() -> dict[str, Any]:
    description = (
        "202 once Kafka has acknowledged all valid events; each invalid one is named under `rejected`. "
        "Where none is valid: 422, with the same `rejected`. Give each event an `event_id`, or the request "
        "an `Idempotency-Key`, and it can be repeated without harm."
    )
    key = _key("Makes, with its number among the items, the id of each event that has none")
    operation = _operation("post_events", "Submit many events, of all types", description, AcceptedBatch)
    return {**operation, "parameters": [key, TRACEPARENT], **batch_body()}


def _operation(name: str, summary: str, description: str, answer: type[BaseModel]) -> dict[str, Any]:
    schema = answer.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)  # those that the problem document has too
    return {
        "tags": ["events"],
        "summary": summary,
        "description": description,
        "operationId": name,
        "responses": {
            "202": {"description": "Accepted", "content": {JSON: {"schema": schema}}},
            **PROBLEM_RESPONSES,
        },
    }


def _key(description: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": 255}
    return {"name": "Idempotency-Key", "in": "header", "schema": schema, "description": description}


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
