"""Kafka goes, comes back, and changes, while people listen."""

from pathlib import Path

import httpx
import pytest
from aiokafka.admin import NewPartitions
from catalogue_api.live import tail
from catalogue_messaging.settings import KafkaSettings
from catalogue_messaging.topics import TopicSettings, ensure_topics
from catalogue_schema.topics import RESULTS_REPORTED
from local_stack.kafka import KafkaServer
from support.api import serving
from support.kafka import administrator, producer
from support.listening import listening
from support.polling import eventually
from support.posting import post


async def test_who_listens_while_kafka_is_restarted_goes_on(
    tmp_path: Path, free_port: int, database_url: str
) -> None:
    kafka = KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port}")
    async with serving(kafka, database_url) as api:
        refused = await api.get("/v1/stream")
        assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert int(refused.headers["Retry-After"]) > 0

        server = KafkaServer(tmp_path, free_port)
        with server:
            await ensure_topics(kafka, TopicSettings())
            await eventually(lambda: api.get("/readyz"), lambda ready: ready.status_code == httpx.codes.OK)
            async with listening(api) as heard:
                await post(api, 1, 2)
                await heard.until(2)
                server.stop()
                assert (await api.post("/v1/results", json={})).status_code >= httpx.codes.BAD_REQUEST
                server.start()
                await eventually(
                    lambda: api.get("/readyz"), lambda ready: ready.status_code == httpx.codes.OK, 60
                )
                await post(api, 3, 4)
                await heard.until(4, 60)
                assert not heard.ended
    assert heard.of("score") == [1, 2, 3, 4]


async def test_partitions_that_are_added_are_heard_too(
    topics: KafkaSettings, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "METADATA_AGE", 1)
    async with serving(topics, database_url) as api, listening(api) as heard:
        name = topics.topic_name(RESULTS_REPORTED)
        async with administrator(topics) as admin:
            await admin.create_partitions({name: NewPartitions(7)})
        async with producer(topics) as sender:
            await sender.send_and_wait(name, b"[7]", partition=6)
        [(_, data)] = await heard.until(1)
        assert (data["partition"], data["event"]) == (6, [7])
        place = heard.last_id
        async with listening(api, after=place) as again, producer(topics) as sender:
            await sender.send_and_wait(name, b"[8]", partition=6)
            [(_, data)] = await again.until(1)
            assert data["event"] == [8]


async def test_who_listens_while_a_topic_is_made_again_is_left_and_then_hears_it_from_its_beginning(
    live: httpx.AsyncClient, topics: KafkaSettings
) -> None:
    name = topics.topic_name(RESULTS_REPORTED)
    async with listening(live) as heard, producer(topics) as sender:
        for value in (b"[1]", b"[2]", b"[3]"):
            await sender.send_and_wait(name, value, partition=2)
        await heard.until(3)
        async with administrator(topics) as admin:
            await admin.delete_topics([name])
            await eventually(lambda: live.get("/readyz"), lambda ready: "no topics" in ready.json()["kafka"])
        await ensure_topics(topics, TopicSettings())
        async with producer(topics) as another:
            await another.send_and_wait(name, b"[4]", partition=2)
        await heard.end(60)

    async with listening(live, after=heard.last_id) as again:
        [(_, gap), (_, data)] = await again.until(2)
    assert (gap["partition"], gap["since"], gap["then"]) == (2, 3, 0)
    assert (data["offset"], data["event"]) == (0, [4])
