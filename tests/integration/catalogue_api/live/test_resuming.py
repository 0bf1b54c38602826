"""Who went away hears all that came since, and nothing twice."""

import asyncio
from contextlib import AsyncExitStack

import httpx
import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from catalogue_api.live import ring
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.topics import RESULTS_REPORTED
from support.kafka import administrator, producer
from support.listening import listening
from support.posting import post, result

RESULTS = RESULTS_REPORTED.name


@pytest.mark.parametrize("others", [0, 1], ids=["nobody else listens", "another one listens"])
async def test_a_listener_that_went_away_misses_nothing_and_hears_nothing_twice(
    live: httpx.AsyncClient, others: int
) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(others):
            await stack.enter_async_context(listening(live))
        async with listening(live) as before:
            await post(live, *range(20))
            await before.until(20)
        await post(live, *range(20, 40))
        async with listening(live, after=before.last_id) as after:
            await after.until(20)
            await post(live, *range(40, 60))
            await after.until(40)

    # What was missed came from several partitions at once; from then on all is in order.
    assert sorted(after.of("score")[:20]) == [float(score) for score in range(20, 40)]
    assert after.of("score")[20:] == [float(score) for score in range(40, 60)]


async def test_going_away_again_and_again_under_load_loses_nothing(
    live: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "MOST_MESSAGES", 10)  # so that each time it is its own consumer that leads back
    async with listening(live, RESULTS) as first:
        last_id = first.last_id
    posting = asyncio.create_task(post(live, *range(300)))
    scores: list[float] = []
    while len(scores) < 300:
        async with listening(live, RESULTS, after=last_id) as heard:
            await heard.until(min(20, 300 - len(scores)))
        scores += heard.of("score")
        last_id = heard.last_id
    await posting

    assert sorted(scores) == [float(score) for score in range(300)]


async def test_the_first_connection_may_name_its_place_in_the_query(live: httpx.AsyncClient) -> None:
    async with listening(live) as before:
        place = before.last_id
    await post(live, 1)
    async with live.stream("GET", "/v1/stream", params={"last_event_id": place}) as response:
        async with asyncio.timeout(20):
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    break
    assert '"score":1.0' in line


async def test_what_retention_took_is_told_as_a_gap(live: httpx.AsyncClient, topics: KafkaSettings) -> None:
    async with listening(live, RESULTS) as before:
        place = before.last_id
    for score in range(5):
        (await live.post("/v1/results", json=result(score))).raise_for_status()
    async with listening(live, RESULTS, after=place) as heard:
        [(_, first), *_] = await heard.until(5)
    partition = TopicPartition(topics.topic_name(RESULTS_REPORTED), first["partition"])
    async with administrator(topics) as admin:
        await admin.delete_records({partition: RecordsToDelete(3)})

    async with listening(live, RESULTS, after=place) as heard:
        [(name, gap), *rest] = await heard.until(3)
    where = {"topic": RESULTS, "partition": first["partition"]}
    assert (name, gap) == ("gap", {**where, "since": 0, "then": 3})
    assert [data["event"]["score"] for _, data in rest] == [3, 4]


async def test_a_topic_that_was_made_again_is_heard_from_its_beginning(live: httpx.AsyncClient) -> None:
    (await live.post("/v1/results", json=result(1))).raise_for_status()
    async with (
        listening(live) as others,
        listening(live, RESULTS, after="results.reported.v1:7.7.7.7.7.7") as heard,
    ):
        await heard.until(7)
        (await live.post("/v1/results", json=result(2))).raise_for_status()
        await heard.until(8)
        await others.until(1)

    gaps = [data["then"] for name, data in heard.events if name == "gap"]
    assert (gaps, heard.of("score")) == ([0] * 6, [1, 2])


async def test_transactions_are_heard_when_they_are_committed_and_their_markers_hold_nobody_up(
    live: httpx.AsyncClient, topics: KafkaSettings, topic_prefix: str
) -> None:
    async with listening(live, RESULTS) as before:
        place = before.last_id
    name = topics.topic_name(RESULTS_REPORTED)
    async with producer(topics, transactional_id=topic_prefix) as sender:
        for value, commits in ((b"[1]", True), (b"[2]", False), (b"[3]", True)):
            await sender.begin_transaction()
            await sender.send_and_wait(name, value, partition=1)
            await (sender.commit_transaction() if commits else sender.abort_transaction())
    async with listening(live, RESULTS, after=place) as heard, listening(live, RESULTS, after=place):
        await heard.until(2)
        await post(live, 1)
        await heard.until(3)

    assert [data["event"] for _, data in heard.events[:2]] == [[1], [3]]
