"""The topics described for consumers in any language: an AsyncAPI 3.0 document.

https://www.asyncapi.com/docs/reference/specification/v3.0.0, and for the parts that are Kafka's
https://github.com/asyncapi/bindings/tree/v3.0.0/kafka
"""

import json
from typing import Any

from catalogue_schema.examples import Example, load
from catalogue_schema.export import json_schema
from catalogue_schema.headers import CE_TYPE, DEAD_LETTER_HEADERS, EVENT_HEADERS
from catalogue_schema.topics import TOPICS, Topic, Value

DESCRIPTION = """\
Opinions, benchmark results and use cases of AI models, as CloudEvents 1.0 over Kafka in binary mode.

Delivery is at least once, and in order for each model: `ce_id` and `ce_producer` together are the
idempotency key. Take a header or field that you do not know as one that was added.
"""
BINDING_VERSION = "0.5.0"


def asyncapi_document(version: str, topic_prefix: str = "") -> dict[str, Any]:
    """`topic_prefix` begins the topics' names on this broker."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "AI Model Catalogue",
            "version": version,
            "description": DESCRIPTION,
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "channels": {_id(topic): _channel(topic, topic_prefix + topic.name) for topic in TOPICS},
        "operations": {f"receive-{_id(topic)}": _receive(topic) for topic in TOPICS},
        "components": {"messages": {topic.event.__name__: _message(topic) for topic in TOPICS}},
    }


def _id(topic: Topic) -> str:
    return topic.name.removeprefix("catalogue.").replace(".", "-")


def _channel(topic: Topic, address: str) -> dict[str, Any]:
    name = topic.event.__name__
    configuration = {
        "cleanup.policy": ["delete"],
        "retention.ms": topic.retention_ms,
        "segment.ms": topic.segment_ms,
        "retention.bytes": topic.retention_bytes,
        "max.message.bytes": topic.max_message_bytes,
    }
    kafka = {"topic": address, "partitions": topic.partitions, "topicConfiguration": configuration}
    return {
        "address": address,
        "description": topic.summary,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {"kafka": {**kafka, "bindingVersion": BINDING_VERSION}},
    }


def _receive(topic: Topic) -> dict[str, Any]:
    channel = f"#/channels/{_id(topic)}"
    messages = [{"$ref": f"{channel}/messages/{topic.event.__name__}"}]
    return {
        "action": "receive",
        "summary": topic.summary,
        "channel": {"$ref": channel},
        "messages": messages,
    }


def _message(topic: Topic) -> dict[str, Any]:
    key = {"type": "string", "description": f"The event's `{topic.key}`, where it has one"}
    return {
        "name": topic.event.__name__,
        "summary": topic.summary,
        "headers": _headers(topic),
        "payload": _payload(topic),
        "bindings": {"kafka": {"key": key, "bindingVersion": BINDING_VERSION}},
        "examples": [_example(example) for example in load(topic)],
    }


def _headers(topic: Topic) -> dict[str, Any]:
    headers = EVENT_HEADERS if topic.value is Value.EVENT else DEAD_LETTER_HEADERS
    known = {name: dict(header.schema) for name, header in headers.items()}
    if CE_TYPE in known:
        known[CE_TYPE] = {"const": topic.event.__name__}
    required = [name for name, header in headers.items() if header.required]
    return {"type": "object", "properties": known, "required": required}


def _payload(topic: Topic) -> dict[str, Any]:
    if topic.value is Value.ORIGINAL:
        return {"description": topic.value.value.capitalize()}
    schema = json_schema(topic)
    # AsyncAPI's own schema objects, a superset of JSON Schema draft-07, name no dialect.
    del schema["$schema"], schema["$id"]
    return schema


def _example(example: Example) -> dict[str, Any]:
    headers = {name: value.decode() for name, value in example.headers}
    try:
        return {"name": example.case, "headers": headers, "payload": json.loads(example.value)}
    except ValueError:
        return {"name": example.case, "headers": headers}
