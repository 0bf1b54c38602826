from typing import Any

import pytest
from catalogue_schema.asyncapi import asyncapi_document
from catalogue_schema.topics import TOPICS, Topic

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
