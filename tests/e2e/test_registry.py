"""Every event that producers may submit goes its whole way: one that is new in the registry, too."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from catalogue_schema.examples import load
from catalogue_schema.topics import SUBMITTED, Topic
from pydantic_core import from_json
from support.catalogue import Catalogue

ALONE = [topic for topic in SUBMITTED.values() if topic.submission and topic.submission.path]


def submitted(topic: Topic, catalogue: Catalogue) -> dict[str, Any]:
    """The golden example that has every field, as a new event about what the catalogue has."""
    [full] = [example for example in load(topic) if example.case == "full"]
    fields: dict[str, Any] = from_json(full.value)
    known = {"model": catalogue.model, "benchmark": catalogue.benchmark, "event_id": str(uuid4())}
    return {name: known.get(name, value) for name, value in fields.items() if value is not None}


async def its_row(catalogue: Catalogue, event: dict[str, Any]) -> dict[str, Any]:
    receipt = await catalogue.receipt(event["event_id"])
    assert receipt["status"] == "recorded", receipt
    row: dict[str, Any] = (await catalogue.api.get(receipt["location"])).raise_for_status().json()
    return row


def assert_same(row: dict[str, Any], event: dict[str, Any], topic: Topic) -> None:
    """Whatever of the event has a column stands in it."""
    shared = event.keys() & row.keys() - {"occurred_at"}
    assert {"event_id", topic.key} <= shared
    assert {name: row[name] for name in shared} == {name: event[name] for name in shared}


@pytest.mark.parametrize("name", SUBMITTED)
async def test_an_event_among_many_becomes_a_row(catalogue: Catalogue, name: str) -> None:
    event = submitted(SUBMITTED[name], catalogue)
    await catalogue.post({"type": name, **event})

    assert_same(await its_row(catalogue, event), event, SUBMITTED[name])


@pytest.mark.parametrize("topic", ALONE, ids=lambda topic: topic.event.__name__)
async def test_an_event_by_itself_becomes_a_row(catalogue: Catalogue, topic: Topic) -> None:
    event = submitted(topic, catalogue)
    assert topic.submission
    assert topic.submission.path
    answer = await catalogue.api.post(topic.submission.path, json=event)
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text

    assert_same(await its_row(catalogue, event), event, topic)


async def test_the_api_describes_every_event(catalogue: Catalogue) -> None:
    http = (await catalogue.api.get("/openapi.json")).json()
    schema = http["paths"]["/v1/events"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    typed = {each["properties"]["type"]["const"] for each in schema["items"]["oneOf"]}
    assert typed == set(SUBMITTED)
    assert {topic.submission.path for topic in ALONE if topic.submission} <= http["paths"].keys()
