"""The pipeline's picture, as operators ask for it."""

import asyncio
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer
from catalogue_api.pipeline import drawing, watching
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.topics import OPINIONS_CLASSIFIED, OPINIONS_SUBMITTED, RESULTS_REPORTED, WITH_CONTENTS
from support.api import serving
from support.polling import eventually
from support.posting import post
from support.workers import worker

Json = dict[str, Any]
RESULTS = RESULTS_REPORTED.name
NOWHERE = "postgresql://nobody:secret@127.0.0.1:1/none"
WORKERS = ("sentiment-worker", "ingest-worker")


@pytest.fixture(autouse=True)
def always_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "KEPT", 0.5)


async def ask(api: httpx.AsyncClient) -> Json:
    answer: Json = (await api.get("/v1/pipeline")).raise_for_status().json()
    return answer


def part(picture: Json, name: str) -> Json:
    [found] = [each for each in picture["parts"] if each["name"] == name]
    return dict(found)


def arrow(picture: Json, source: str, target: str) -> Json:
    [found] = [each for each in picture["arrows"] if (each["source"], each["target"]) == (source, target)]
    return dict(found)


def status(picture: Json) -> dict[str, str]:
    return {each["name"]: each["status"] for each in picture["parts"]}


async def test_without_workers_events_wait_and_the_picture_says_so(live: httpx.AsyncClient) -> None:
    # A broker that never had a consumer group takes a moment for its first.
    first = await eventually(lambda: ask(live), lambda seen: status(seen)["kafka"] == "ok")
    assert status(first) == {
        "catalogue-api": "ok",
        "kafka": "ok",
        "sentiment-worker": "away",
        "ingest-worker": "away",
        "postgresql": "ok",
    }
    assert part(first, "sentiment-worker")["detail"] == f"nobody consumes {OPINIONS_SUBMITTED.name}"
    assert {each["per_second"] for each in (*first["topics"], *first["arrows"])} == {None}
    assert [topic["name"] for topic in first["topics"]] == [topic.name for topic in WITH_CONTENTS]

    await post(live, *range(20))
    picture = await eventually(lambda: ask(live), lambda seen: arrow(seen, RESULTS, "ingest-worker")["lag"])
    assert arrow(picture, RESULTS, "ingest-worker")["lag"] == 20
    assert arrow(picture, RESULTS, "ingest-worker")["per_second"] == 0
    assert arrow(picture, "catalogue-api", RESULTS)["per_second"] > 0
    [rate] = [each["per_second"] for each in picture["topics"] if each["name"] == RESULTS]
    assert rate == arrow(picture, "catalogue-api", RESULTS)["per_second"]


async def test_with_workers_all_is_well_and_what_flows_is_counted(
    live: httpx.AsyncClient, topics: KafkaSettings, database_url: str
) -> None:
    (await live.post("/v1/models", json={"name": "lab/a", "organization": "lab"})).raise_for_status()
    async with (
        worker("sentiment_worker", topics) as sentiment,
        worker("ingest_worker", topics, DATABASE_URL=database_url) as ingest,
    ):
        await sentiment.ready()
        await ingest.ready()
        await ask(live)
        for model in ("lab/a", "lab/a", "no/one"):
            opinion = {"model": model, "content": "Good."}
            (await live.post("/v1/opinions", json=opinion)).raise_for_status()
        picture = await eventually(
            lambda: ask(live),
            lambda seen: seen["dead_letters"]["open"] and tables(seen)["opinions"] == 2 and no_lag(seen),
            60,
        )

    assert set(status(picture).values()) == {"ok"}
    assert [part(picture, name)["members"] for name in WORKERS] == [1, 1]
    assert tables(picture) == {
        "models": 1,
        "benchmarks": 0,
        "opinions": 2,
        "benchmark_results": 0,
        "use_cases": 0,
    }
    assert picture["dead_letters"] == {"open": 1, "by_reason": {"unknown_model": 1}}
    assert arrow(picture, OPINIONS_CLASSIFIED.name, "ingest-worker")["dead_letters"] == {"unknown_model": 1}
    assert arrow(picture, OPINIONS_SUBMITTED.name, "sentiment-worker")["dead_letters"] == {}
    for between in ((OPINIONS_SUBMITTED.name, "sentiment-worker"), ("ingest-worker", "postgresql")):
        assert arrow(picture, *between)["per_second"] > 0


def tables(picture: Json) -> dict[str, int]:
    return {each["name"]: each["rows"] for each in picture["tables"]}


def no_lag(picture: Json) -> bool:
    return not any(each["lag"] for each in picture["arrows"])


async def test_a_worker_that_commits_nothing_while_messages_wait_is_stuck(
    live: httpx.AsyncClient, topics: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "PATIENCE", 1)

    async def waiting(wanted: str) -> Json:
        return await eventually(lambda: ask(live), lambda seen: status(seen)[WORKERS[0]] == wanted)

    group = topics.group_id("sentiment-worker", OPINIONS_SUBMITTED)
    consumer = AIOKafkaConsumer(
        topics.topic_name(OPINIONS_SUBMITTED),
        **topics.client_options(),
        group_id=group,
        enable_auto_commit=False,
    )
    async with consumer:
        await waiting("ok")
        (await live.post("/v1/opinions", json={"model": "a/b", "content": "c"})).raise_for_status()
        stuck = part(await waiting("stuck"), WORKERS[0])
        assert OPINIONS_SUBMITTED.name in stuck["detail"]
        assert stuck["members"] == 1
        await consumer.getmany(timeout_ms=5000)
        await consumer.commit()
        await waiting("ok")
    await waiting("away")


async def test_where_one_server_is_away_its_part_says_so_and_the_rest_is_there(
    topics: KafkaSettings, database_url: str, free_port: int
) -> None:
    async with serving(topics, NOWHERE) as api:
        picture = await ask(api)
        assert (status(picture)["kafka"], status(picture)["postgresql"]) == ("ok", "away")
        assert (picture["tables"], picture["dead_letters"]) == (None, None)
        assert arrow(picture, RESULTS, "ingest-worker")["lag"] == 0

    async with serving(KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port}"), database_url) as api:
        picture = await ask(api)
        assert (status(picture)["kafka"], status(picture)["postgresql"]) == ("away", "ok")
        assert {status(picture)[name] for name in WORKERS} == {"unknown"}
        assert (tables(picture)["opinions"], arrow(picture, RESULTS, "ingest-worker")["lag"]) == (0, None)


async def test_however_many_ask_at_once_kafka_and_the_database_are_asked_once(
    live: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "KEPT", 5)
    pictures = await asyncio.gather(*(ask(live) for _ in range(10)))
    assert len({picture["at"] for picture in pictures}) == 1
