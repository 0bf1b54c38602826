from typing import Any

import pytest
from catalogue_schema.asyncapi import asyncapi_document
from catalogue_schema.events import Reason
from catalogue_schema.export import json_schema
from catalogue_schema.headers import DEAD_LETTER_HEADERS, EVENT_HEADERS
from catalogue_schema.topics import TOPICS, Topic, Value

DOCUMENT = asyncapi_document("1.2.3", "prefix.")


def follow(document: Any, reference: str) -> Any:
    for part in reference.removeprefix("#/").split("/"):
        document = document[part]
    return document


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if "$ref" in part else []
        return own + [found for each in part.values() for found in references(each)]
    return [found for each in part for found in references(each)] if isinstance(part, list) else []


def test_every_reference_leads_somewhere() -> None:
    assert references(DOCUMENT)
    for reference in references(DOCUMENT):
        assert follow(DOCUMENT, reference)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_topic_is_described_as_it_stands_on_the_broker(topic: Topic) -> None:
    [channel] = [each for each in DOCUMENT["channels"].values() if each["address"] == "prefix." + topic.name]
    kafka = channel["bindings"]["kafka"]
    assert kafka["partitions"] == topic.partitions
    written = {
        name: value[0] if isinstance(value, list) else str(value)
        for name, value in kafka["topicConfiguration"].items()
    }
    assert written == topic.settings


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_topic_has_its_message_with_all_its_headers_and_fields(topic: Topic) -> None:
    kind = topic.event.__name__
    message = DOCUMENT["components"]["messages"][kind]
    headers = EVENT_HEADERS if topic.value is Value.EVENT else DEAD_LETTER_HEADERS
    assert message["headers"]["properties"].keys() == headers.keys()
    assert set(message["headers"]["required"]) == {name for name, each in headers.items() if each.required}
    assert any(
        follow(DOCUMENT, each["channel"]["$ref"])["address"] == f"prefix.{topic.name}"
        for each in DOCUMENT["operations"].values()
    )
    if topic.value is Value.EVENT:
        assert message["headers"]["properties"]["ce_type"] == {"const": kind}
        assert message["payload"]["properties"] == json_schema(topic)["properties"]


def test_nothing_else_is_described() -> None:
    assert len(DOCUMENT["channels"]) == len(DOCUMENT["operations"]) == len(TOPICS)
    assert DOCUMENT["components"]["messages"].keys() == {topic.event.__name__ for topic in TOPICS}


def test_a_dead_letter_s_headers_name_every_reason() -> None:
    described = DOCUMENT["components"]["messages"]["DeadLetter"]["headers"]["properties"]
    assert described["catalogue.reason"] == {"enum": [*Reason]}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_examples_have_the_headers_and_fields_that_the_message_requires(topic: Topic) -> None:
    message = DOCUMENT["components"]["messages"][topic.event.__name__]

    assert message["examples"]
    for example in message["examples"]:
        assert set(message["headers"]["required"]) <= example["headers"].keys()
        for name, schema in message["headers"]["properties"].items():
            if "const" in schema:
                assert example["headers"][name] == schema["const"]
        if "required" in message["payload"]:
            assert set(message["payload"]["required"]) <= example["payload"].keys()
            assert example["payload"].keys() <= message["payload"]["properties"].keys()
