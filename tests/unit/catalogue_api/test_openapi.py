"""The description of the HTTP API has every event of the registry, and no other."""

from typing import Any

import pytest
from catalogue_api.app import create_app
from catalogue_api.settings import Settings
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.topics import SUBMITTED, TOPICS, Topic
from pydantic import SecretStr

SETTINGS = Settings(database_url=SecretStr("postgresql://user@host/name"))
PATHS = {topic.submission.path for topic in SUBMITTED.values() if topic.submission} - {None}


@pytest.fixture(scope="module")
def paths() -> dict[str, Any]:
    found: dict[str, Any] = create_app(SETTINGS, KafkaSettings(bootstrap_servers="host:9092")).openapi()[
        "paths"
    ]
    return found


def content(paths: dict[str, Any], path: str) -> dict[str, Any]:
    found: dict[str, Any] = paths[path]["post"]["requestBody"]["content"]
    return found


@pytest.mark.parametrize("form", ["application/json", "application/cloudevents-batch+json"])
def test_many_events_may_be_of_every_type_that_is_submitted(paths: dict[str, Any], form: str) -> None:
    described = content(paths, "/v1/events")[form]
    kinds = [each["properties"]["type"]["const"] for each in described["schema"]["items"]["oneOf"]]
    assert sorted(kinds) == sorted(SUBMITTED)
    assert {each["type"] for each in described["example"]} == set(SUBMITTED)


@pytest.mark.parametrize("topic", SUBMITTED.values(), ids=lambda topic: topic.event.__name__)
def test_every_field_of_an_event_is_described(paths: dict[str, Any], topic: Topic) -> None:
    variants = content(paths, "/v1/events")["application/json"]["schema"]["items"]["oneOf"]
    [variant] = [each for each in variants if each["properties"]["type"]["const"] == topic.event.__name__]
    assert variant["properties"].keys() == topic.event.model_fields.keys() | {"type"}
    assert topic.submission
    if topic.submission.path:
        alone = content(paths, topic.submission.path)["application/json"]["schema"]
        assert alone["properties"].keys() == topic.event.model_fields.keys()


def test_what_only_services_publish_has_no_way_in(paths: dict[str, Any]) -> None:
    with_events = {path for path, route in paths.items() if "cloudevents" in str(route.get("post", {}))}
    assert with_events == PATHS | {"/v1/events"}
    assert len(SUBMITTED) == sum(topic.submission is not None for topic in TOPICS)
