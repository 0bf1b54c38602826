import json
import os
import subprocess
import sys
from typing import Any

import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.topics import TOPICS
from prometheus_client.parser import text_string_to_metric_families


async def samples(api: httpx.AsyncClient) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    text = (await api.get("/metrics")).text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def count(api: httpx.AsyncClient, name: str, **labels: str) -> float:
    return (await samples(api)).get((name, frozenset(labels.items())), 0)


async def test_requests_are_counted_by_route_and_never_by_path(shared_api: httpx.AsyncClient) -> None:
    labels = {"method": "GET", "route": "/v1/models/{name:path}", "status": "404"}
    before = await count(shared_api, "catalogue_api_requests_total", **labels)
    for name in ("one/two", "three"):
        await shared_api.get(f"/v1/models/{name}")
    await shared_api.get("/unknown/path/of/somebody")

    assert await count(shared_api, "catalogue_api_requests_total", **labels) == before + 2
    assert "somebody" not in (await shared_api.get("/metrics")).text


async def test_events_are_counted_by_type_and_outcome(shared_api: httpx.AsyncClient, model: str) -> None:
    async def counts() -> list[float]:
        return [
            await count(shared_api, "catalogue_events_total", type=kind, outcome=outcome)
            for kind, outcome in (
                ("OpinionSubmitted", "accepted"),
                ("ResultReported", "rejected"),
                ("unknown", "rejected"),
            )
        ]

    before = await counts()
    good = {"type": "OpinionSubmitted", "model": model, "content": "x"}
    await shared_api.post("/v1/events", json=[good, good, {}])
    await shared_api.post("/v1/results", json={})

    assert [now - then for now, then in zip(await counts(), before, strict=True)] == [2, 1, 1]
    assert await count(shared_api, "catalogue_publish_seconds_count", topic="catalogue.opinions.submitted.v1")


async def test_the_http_api_is_described_with_its_errors_and_formats(shared_api: httpx.AsyncClient) -> None:
    document = (await shared_api.get("/openapi.json")).json()

    formats = document["paths"]["/v1/events"]["post"]["requestBody"]["content"]
    assert formats.keys() == {
        "application/x-ndjson",
        "application/json",
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
    }
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert operation["responses"]["4XX"]["content"].keys() == {"application/problem+json"}
    for reference in references(document):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def references(document: Any) -> list[str]:
    if isinstance(document, dict):
        own = [document["$ref"]] if isinstance(document.get("$ref"), str) else []
        return own + [found for part in document.values() for found in references(part)]
    if isinstance(document, list):
        return [found for part in document for found in references(part)]
    return []


async def test_the_examples_in_the_description_are_accepted(shared_api: httpx.AsyncClient) -> None:
    paths = (await shared_api.get("/openapi.json")).json()["paths"]
    for path in ("/v1/opinions", "/v1/results", "/v1/events"):
        for content_type, content in paths[path]["post"]["requestBody"]["content"].items():
            example = content["example"]
            body = example if isinstance(example, str) else json.dumps(example)
            answer = await shared_api.post(path, content=body, headers={"Content-Type": content_type})
            assert answer.status_code == httpx.codes.ACCEPTED, (path, content_type, answer.text)


async def test_the_topics_are_described_under_the_names_that_they_have_here(
    shared_api: httpx.AsyncClient, kafka: KafkaSettings
) -> None:
    document = (await shared_api.get("/asyncapi.json")).json()

    assert document["asyncapi"] == "3.0.0"
    addresses = {channel["address"] for channel in document["channels"].values()}
    assert len(addresses) == len(TOPICS)
    assert all(address.startswith(kafka.topic_prefix) for address in addresses)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"DATABASE_URL": None}, "DATABASE_URL"),
        ({"DATABASE_URL": "mysql://user:secret@host/name"}, "DATABASE_URL"),
        ({"KAFKA_BOOTSTRAP_SERVERS": None}, "KAFKA_BOOTSTRAP_SERVERS"),
        ({"API_PORT": "high"}, "API_PORT"),
        ({"CATALOGUE_API_MAX_EVENTS": "0"}, "CATALOGUE_API_MAX_EVENTS"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(wrong: dict[str, str | None], named: str) -> None:
    right = {"DATABASE_URL": "postgresql://h/n", "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    environment = {**os.environ, **right, **wrong}
    done = subprocess.run(
        [sys.executable, "-m", "catalogue_api"],
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith(f"setting {named}:")
    assert "secret" not in line
