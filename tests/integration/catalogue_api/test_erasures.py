"""Erasing somebody's data, from the request to what consumers, dumps and topics show after it."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import uuid4

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.topics import SUBJECTS_ERASED, TOPICS
from pydantic import SecretStr
from support.api import serving
from support.kafka import topics_of
from support.polling import eventually
from support.workers import WorkerProcess, worker

KEY = "a key for these tests, of 32 characters"
AUTHOR = "Ann-Kathrin Øverland-Šimić"
TEXT = "I told the model about my divorce"
MODEL, BENCHMARK = "lab/model", "MMLU"


class Running(NamedTuple):
    api: httpx.AsyncClient
    kafka: KafkaSettings
    url: str
    workers: list[WorkerProcess]

    async def post(self, *events: dict[str, Any]) -> list[str]:
        sent = [{"event_id": str(uuid4()), **event} for event in events]
        (await self.api.post("/v1/events", json=sent)).raise_for_status()
        return [event["event_id"] for event in sent]

    async def status(self, event_id: str) -> str:
        return str((await self.api.get(f"/v1/events/{event_id}")).json()["status"])

    async def settled(self, *event_ids: str, as_: set[str]) -> None:
        for event_id in event_ids:
            await eventually(partial(self.status, event_id), as_.__contains__, 60)

    async def dump(self) -> str:
        """Every row of every table, bytes as hexadecimal digits and as far as they are text as text."""
        connection = await asyncpg.connect(self.url)
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = [
            row["text"]
            for table in tables
            for row in await connection.fetch(f"SELECT to_jsonb(t)::text AS text FROM {table['tablename']} t")
        ]
        rows += [
            bytes(row["value"] or b"").decode("utf-8", "replace")
            for row in await connection.fetch("SELECT value FROM dead_letters")
        ]
        await connection.close()
        return "\n".join(rows)


@pytest.fixture
async def running(bootstrap_servers: str, topic_prefix: str, database_url: str) -> AsyncIterator[Running]:
    kafka = await topics_of(bootstrap_servers, topic_prefix)
    settings = {"DATABASE_URL": database_url, "ERASURE_KEY": KEY}
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(serving(kafka, database_url, erasure_key=SecretStr(KEY)))
        started = [
            await stack.enter_async_context(worker(module, kafka, **settings))
            for module in ("ingest_worker", "sentiment_worker")
        ]
        for process in started:
            await process.ready()
        await api.post("/v1/models", json={"name": MODEL, "organization": "lab"})
        await api.post("/v1/benchmarks", json={"name": BENCHMARK})
        yield Running(api, kafka, database_url, started)


def opinion(**fields: Any) -> dict[str, Any]:
    return {"type": "OpinionSubmitted", "model": MODEL, "content": TEXT, "author": AUTHOR, **fields}


def result(score: float, source: str, day: str = "2026-01-02") -> dict[str, Any]:
    said = {"model": MODEL, "benchmark": BENCHMARK, "score": score, "source": source, "date_tested": day}
    return {"type": "ResultReported", **said}


async def told(kafka: KafkaSettings) -> set[str]:
    """The ids that consumers were told to delete."""
    consumer = AIOKafkaConsumer(**kafka.client_options())
    name = kafka.topic_name(SUBJECTS_ERASED)
    async with consumer:
        partitions = [TopicPartition(name, number) for number in range(SUBJECTS_ERASED.partitions)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        found: set[str] = set()
        for partition, end in ends.items():
            while await consumer.position(partition) < end:
                for record in (await consumer.getmany(partition, timeout_ms=1000)).get(partition, []):
                    found |= {event["event_id"] for event in json.loads(record.value)["events"]}
    return found


async def test_after_an_erasure_nothing_of_it_is_found_nor_comes_back(running: Running) -> None:
    theirs = await running.post(
        opinion(),
        opinion(model="lab/unknown"),  # becomes a dead letter with its bytes
        {"type": "UseCaseMentioned", "model": MODEL, "use_case": "Diary", "mentioned_by": AUTHOR},
    )
    others = await running.post(opinion(author="Bob", content="Fine."))
    await running.settled(*theirs, *others, as_={"recorded", "waiting"})
    assert AUTHOR in await running.dump()

    answer = await running.api.post("/v1/erasures", json={"author": AUTHOR})
    assert answer.status_code == httpx.codes.OK, answer.text
    report = answer.json()
    assert report["erased"]["opinions"] == 1
    assert report["erased"]["dead_letters"] == 1
    assert AUTHOR not in answer.text
    assert report == (await running.api.get(answer.headers["Location"])).json()

    again = await running.post(opinion(content=f"{TEXT} again"), opinion(model="lab/unknown"))
    await running.settled(*theirs[:2], *again, as_={"erased"})
    await read_topics_again(running)
    await running.settled(*theirs[:2], *again, as_={"erased"})
    assert await running.status(others[0]) == "recorded"

    shown = [await running.dump(), *(process.output() for process in running.workers)]
    shown += [(await process.get("/metrics")).text for process in running.workers]
    shown += [(await running.api.get(path)).text for path in ("/metrics", "/v1/audit", "/v1/erasures")]
    for escaped in (AUTHOR, json.dumps(AUTHOR)[1:-1], TEXT, AUTHOR.encode().hex()):
        found = [each[place - 200 : place + 200] for each in shown if (place := each.find(escaped)) >= 0]
        assert found == []
    await eventually(lambda: told(running.kafka), lambda ids: {*theirs[:2], *again} <= ids, 30)


async def read_topics_again(running: Running) -> None:
    """As a restore has it: ingest-worker's groups begin at their topics' start."""
    ingest = running.workers[0]
    assert await ingest.terminate(30) == 0
    admin = AIOKafkaAdminClient(**running.kafka.client_options())
    await admin.start()
    names = [name for name, *_ in await admin.list_consumer_groups()]
    ours = [name for name in names if name.startswith(f"{running.kafka.topic_prefix}ingest-worker.")]
    assert ours
    for group in ours:
        committed = await admin.list_consumer_group_offsets(group)
        # Committing by itself, it would put back the offsets that it found, when it stops.
        options = {**running.kafka.client_options(), "group_id": group, "enable_auto_commit": False}
        async with AIOKafkaConsumer(**options) as consumer:
            consumer.assign([*committed])
            if committed:
                await consumer.commit(dict.fromkeys(committed, 0))
    await admin.close()
    ingest.start_again()
    await ingest.ready()
    await eventually(lambda: ingest.metric("catalogue_events_total"), lambda count: count >= 5, 60)


async def test_a_source_goes_and_the_result_before_it_stands_again(running: Running) -> None:
    before, after = await running.post(result(70, "paper"), result(80, "leak"))
    await running.settled(before, after, as_={"recorded"})

    report = (await running.api.post("/v1/erasures", json={"source": "leak"})).json()

    assert (report["erased"]["benchmark_results"], report["erased"]["result_reports"]) == (1, 1)
    [standing] = (await running.api.get("/v1/results")).json()["items"]
    assert (standing["score"], standing["source"]) == (70, "paper")
    assert await running.status(after) == "erased"


async def test_a_dry_run_counts_and_changes_nothing(running: Running) -> None:
    theirs = await running.post(opinion(), opinion(model="lab/unknown"))
    await running.settled(*theirs, as_={"recorded", "waiting"})

    report = (await running.api.post("/v1/erasures", json={"author": AUTHOR, "dry_run": True})).json()

    assert (report["erased"]["opinions"], report["erased"]["dead_letters"]) == (1, 1)
    assert (await running.api.get("/v1/erasures")).json()["items"] == []
    assert await running.status(theirs[0]) == "recorded"


async def test_an_event_is_erased_by_its_id_and_may_not_come_first(running: Running) -> None:
    there, later = str(uuid4()), str(uuid4())
    await running.post(opinion(event_id=there))
    await running.settled(there, as_={"recorded"})
    taken_back = {"type": "SubmissionRetracted", "retracts": there, "reason": f"{AUTHOR} asked me"}
    (retraction,) = await running.post(taken_back)
    await running.settled(retraction, as_={"recorded"})
    await running.api.post("/v1/erasures", json={"event_ids": [there, later]})
    await running.post(opinion(event_id=later))

    await running.settled(retraction, later, as_={"erased"})
    assert AUTHOR not in await running.dump()


async def test_the_report_says_until_when_each_topic_may_hold_it(running: Running) -> None:
    report = (await running.api.post("/v1/erasures", json={"author": AUTHOR})).json()

    assert {topic["topic"] for topic in report["topics"]} == {
        topic.name for topic in TOPICS if topic is not SUBJECTS_ERASED
    }
    # thirty days of retention, and one until a segment is rolled
    until = {topic["topic"]: datetime.fromisoformat(topic["until"]) for topic in report["topics"]}
    left = until["catalogue.opinions.submitted.v1"] - datetime.now(UTC)
    assert timedelta(days=31) < left < timedelta(days=31, hours=2)


async def test_another_key_is_refused_and_no_key_says_what_to_do(
    kafka: KafkaSettings, database_url: str
) -> None:
    for key, status in ((KEY, 200), ("another key, of 32 characters and more", 409), (None, 409)):
        secret = key and SecretStr(key)
        async with serving(kafka, database_url, erasure_key=secret) as api:
            answer = await api.post("/v1/erasures", json={"author": AUTHOR})
        assert answer.status_code == status
        assert status == httpx.codes.OK or "ERASURE_KEY" in answer.json()["detail"]
