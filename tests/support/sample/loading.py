"""The sample's way into a running system: over HTTP, and what no client may send over Kafka."""

from collections.abc import Iterable
from functools import partial

import httpx
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.topics import (
    DEAD_LETTERS,
    OPINIONS_CLASSIFIED,
    OPINIONS_SUBMITTED,
    RESULTS_REPORTED,
    Topic,
)
from pydantic_core import to_json

from support.kafka import lag, producer
from support.polling import eventually
from support.sample import events
from support.sample.catalogue import Json, Sample

NDJSON = {"Content-Type": "application/x-ndjson"}
UNREADABLE = (b'{"model": "aurora/borealis-3', b"\x00\xff\xfe not JSON at all", b'{"content": "of no model"}')
READ: tuple[tuple[str, Topic], ...] = (
    ("sentiment-worker", OPINIONS_SUBMITTED),
    ("ingest-worker", OPINIONS_CLASSIFIED),
    ("ingest-worker", RESULTS_REPORTED),
    ("ingest-worker", DEAD_LETTERS),
)
"""Who reads what, each before what it writes is read in turn."""


async def load(api: httpx.AsyncClient, kafka: KafkaSettings, sample: Sample) -> None:
    """Everything, and wait until the system has dealt with it. The client may do all."""
    for tag in sample.tags:
        _taken(await api.post("/v1/tags", json={"name": tag}))
    await _import(api, "/v1/models/import", sample.models)
    await _import(api, "/v1/benchmarks/import", sample.benchmarks)
    for metric in sample.metrics:
        _taken(await api.put("/v1/metrics", json=metric))
    await _import(api, "/v1/model-prices", sample.prices)
    for name in events.TASKS:
        _taken(await api.post("/v1/categories", json={"name": name}))
    for use_case in events.use_cases(sample):
        _taken(await api.post("/v1/use-cases", json=use_case))
    for path, bodies in (("tasks", events.TO_DO), ("users", events.PEOPLE), ("api-keys", events.KEYS)):
        for body in bodies:
            _taken(await api.post(f"/v1/{path}", json=body))
    await post(api, [*events.results(sample), *events.opinions(sample)])
    await post(api, [*events.unresolved(sample), *events.out_of_range(sample)])
    await send_unreadable(kafka)
    await dealt_with(kafka)


async def post(api: httpx.AsyncClient, sent: Iterable[Json]) -> None:
    """Events, all of which the API must take."""
    rows = [*sent]
    for start in range(0, len(rows), 2000):
        await _import(api, "/v1/events", rows[start : start + 2000])


async def send_unreadable(kafka: KafkaSettings) -> None:
    """As another program may: straight to the topics, and wrong."""
    async with producer(kafka) as sender:
        for topic in (OPINIONS_SUBMITTED, RESULTS_REPORTED):
            for value in UNREADABLE:
                await sender.send_and_wait(kafka.topic_name(topic), value, key=b"aurora/borealis-3")


async def dealt_with(kafka: KafkaSettings) -> None:
    """Once the workers have read all that stands on the topics."""
    for service, topic in READ:
        await eventually(partial(lag, kafka, service, topic), lambda left: left == 0, 120)


async def _import(api: httpx.AsyncClient, path: str, rows: Iterable[Json]) -> None:
    answer = await api.post(path, content=b"\n".join(map(to_json, rows)), headers=NDJSON)
    _taken(answer)
    assert not answer.json()["rejected"], answer.json()["rejected"][:3]


def _taken(answer: httpx.Response) -> None:
    assert answer.is_success, f"{answer.request.url}: {answer.text[:500]}"
