"""The topics described for consumers in any language: an AsyncAPI 3.0 document.

https://www.asyncapi.com/docs/reference/specification/v3.0.0, and for the parts that are Kafka's
https://github.com/asyncapi/bindings/tree/v3.0.0/kafka
"""

import json
from typing import Any

from catalogue_schema.events import Reason
from catalogue_schema.examples import Example, load
from catalogue_schema.export import DESCRIBED, json_schema
from catalogue_schema.topics import TOPICS, Topic

DESCRIPTION = """\
Opinions and benchmark results of AI models, as CloudEvents 1.0 over Kafka in binary mode.

Delivery is at least once, and in order for each model: the header `ce_id` is the idempotency key.
Take a header or field that you do not know as one that was added.
"""
BINDING_VERSION = "0.5.0"

TEXT = {"type": "string"}
CLOUDEVENT_HEADERS: dict[str, Any] = {
    "ce_specversion": {"const": "1.0"},
    "ce_id": {"type": "string", "format": "uuid", "description": "The event's id, its idempotency key"},
    "ce_source": {"type": "string", "format": "uri-reference", "description": "Which service published it"},
    "ce_type": {"type": "string"},
    "ce_time": {"type": "string", "format": "date-time", "description": "When it happened"},
    "content-type": {"const": "application/json"},
    "traceparent": {"type": "string", "description": "W3C Trace Context, where the producer sent one"},
}
DEAD_LETTER_HEADERS: dict[str, Any] = {
    "__connect.errors.topic": {"type": "string", "description": "Where the message stood"},
    "__connect.errors.partition": TEXT,
    "__connect.errors.offset": TEXT,
    "__connect.errors.exception.class.name": TEXT,
    "__connect.errors.exception.message": {"type": "string", "description": "What was wrong with it"},
    "catalogue.reason": {"enum": [str(reason) for reason in Reason]},
    "catalogue.attempt": {"type": "string", "description": "How often it has failed"},
}


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
    key = {"type": "string", "description": "The model's name"}
    return {
        "name": topic.event.__name__,
        "summary": topic.summary,
        "headers": _headers(topic),
        "payload": _payload(topic),
        "bindings": {"kafka": {"key": key, "bindingVersion": BINDING_VERSION}},
        "examples": [_example(example) for example in load(topic)],
    }


def _headers(topic: Topic) -> dict[str, Any]:
    if topic not in DESCRIBED:
        # Those of the original message stand beside them, whatever they are.
        return {"type": "object", "properties": DEAD_LETTER_HEADERS, "required": list(DEAD_LETTER_HEADERS)}
    known = {**CLOUDEVENT_HEADERS, "ce_type": {"const": topic.event.__name__}}
    required = [name for name in known if name != "traceparent"]
    return {"type": "object", "properties": known, "required": required}


def _payload(topic: Topic) -> dict[str, Any]:
    if topic not in DESCRIBED:
        return {"description": "The original message's bytes, which may be no JSON at all"}
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
