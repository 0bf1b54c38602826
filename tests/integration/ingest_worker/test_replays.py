"""Dead letters go on: those that were asked for, and those whose name appears."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from datetime import date, timedelta
from functools import partial
from operator import le
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from catalogue_messaging.failures import Received
from catalogue_messaging.publisher import EventPublisher
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.events import DeadLetter, ResultReported
from catalogue_schema.topics import RESULTS_REPORTED
from ingest_worker.dead_letters import record_dead_letters
from ingest_worker.replays import replay_some
from ingest_worker.results import RESULTS
from ingest_worker.retention import expire_some
from ingest_worker.writing import write_events
from sqlalchemy.ext.asyncio import AsyncEngine
from support.api import serving
from support.kafka import read_all, record
from support.locks import lock_waits
from support.polling import eventually
from support.rows import batch
from support.workers import worker

WAITING = int(os.environ.get("CATALOGUE_WAITING", "10000"))
"""Events that wait for one name; 100000 takes minutes."""
NEW_MODEL = "INSERT INTO models (name, organization) VALUES ('lab/new', 'lab')"


@pytest.fixture
async def publisher(kafka: KafkaSettings) -> AsyncIterator[EventPublisher]:
    publisher = EventPublisher(kafka, "/ingest-worker")
    yield publisher
    await publisher.stop()


def waiting(topic: str = RESULTS_REPORTED.name, offset: int = 0, **fields: Any) -> DeadLetter:
    event = ResultReported(model="lab/new", benchmark="MMLU", score=offset)
    usual = {"reason": "unknown_model", "detail": "d", "exception_class": "E", "topic": topic, "partition": 0}
    return DeadLetter(
        **usual
        | {"event_id": event.event_id, "offset": offset, "key": b"lab/new", "value": event.to_json()}
        | {"model": "lab/new", "headers": (("ce_id", str(event.event_id).encode()),)}
        | fields
    )


async def write(engine: AsyncEngine, *letters: DeadLetter) -> None:
    await record_dead_letters(engine, [Received(record(b""), letter) for letter in letters])


async def statuses(tables: Any) -> list[str]:
    return [row["status"] for row in await tables.dead_letters()]


@pytest.mark.parametrize(
    "appears",
    [
        NEW_MODEL,
        "UPDATE models SET name = 'lab/new' WHERE name = 'lab/other'",
        "INSERT INTO models (name, organization) VALUES ('Lab/NEW', 'lab')",
        "INSERT INTO aliases (kind, alias, model_id) SELECT 'model', 'Lab/new', id FROM models LIMIT 1",
        "INSERT INTO models (name, organization) VALUES ('other/new', 'lab');"
        "INSERT INTO aliases (kind, alias, organization) VALUES ('organization', 'Lab', 'other')",
    ],
)
async def test_what_waits_for_a_name_goes_on_when_it_appears(
    engine: AsyncEngine, tables: Any, database_url: str, appears: str
) -> None:
    await write(engine, waiting(), waiting(model="lab/another"), waiting(reason="invalid"))
    connection = await asyncpg.connect(database_url)
    await connection.execute(appears)
    await connection.close()
    assert await statuses(tables) == ["replaying", "open", "open"]


async def test_a_letter_that_comes_after_its_name_goes_on_at_once(engine: AsyncEngine, tables: Any) -> None:
    await tables.execute(NEW_MODEL)
    await write(engine, waiting())
    assert await statuses(tables) == ["replaying"]


async def test_neither_of_a_letter_and_its_name_at_the_same_time_is_missed(
    engine: AsyncEngine, tables: Any, database_url: str
) -> None:
    connection = await asyncpg.connect(database_url)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(NEW_MODEL)
    writing = asyncio.create_task(write(engine, waiting()))
    await eventually(lambda: lock_waits(engine), lambda waits: "advisory" in waits.values())
    await transaction.commit()
    await writing
    await connection.close()
    assert await statuses(tables) == ["replaying"]


async def test_letters_are_published_in_order_with_their_bytes_and_attempts(
    engine: AsyncEngine, tables: Any, kafka: KafkaSettings, publisher: EventPublisher
) -> None:
    letters = [waiting(kafka.topic_name(RESULTS_REPORTED), offset, attempts=3) for offset in (2, 0, 1)]
    await write(engine, *letters)
    await tables.execute(NEW_MODEL)

    assert await replay_some(engine, publisher) == 3
    assert await replay_some(engine, publisher) == 0
    assert await statuses(tables) == ["replayed"] * 3
    stands = await read_all(kafka, RESULTS_REPORTED)
    assert [json.loads(record.value)["score"] for record in stands] == [0, 1, 2]
    headers = dict(stands[0].headers)
    assert headers["catalogue.attempt"] == b"3"
    assert UUID(headers["ce_id"].decode()) == letters[1].event_id


async def test_what_cannot_be_replayed_says_why(
    engine: AsyncEngine, tables: Any, publisher: EventPublisher
) -> None:
    await write(engine, waiting("somebody.elses"), waiting(offset=1, value=None, reason="invalid"))
    await tables.execute("UPDATE dead_letters SET status = 'replaying'")
    await replay_some(engine, publisher)
    rows = await tables.dead_letters()
    assert [row["status"] for row in rows] == ["open", "open"]
    assert "none of the catalogue's" in rows[0]["note"]
    assert "not kept" in rows[1]["note"]


async def test_recording_an_event_closes_its_letter_in_the_same_transaction(
    engine: AsyncEngine, tables: Any
) -> None:
    event = ResultReported(model="lab/model", benchmark="MMLU", score=1)
    await write(engine, waiting(event_id=event.event_id, model="lab/x"))
    await write_events(engine, RESULTS, batch(event))
    assert await statuses(tables) == ["recorded"]


async def test_a_letter_that_comes_after_its_row_is_closed(engine: AsyncEngine, tables: Any) -> None:
    event = ResultReported(model="lab/model", benchmark="MMLU", score=1)
    await write_events(engine, RESULTS, batch(event))
    await write(engine, waiting(event_id=event.event_id, model="lab/x"))
    assert await statuses(tables) == ["recorded"]


async def test_old_letters_go_and_are_counted(engine: AsyncEngine, tables: Any) -> None:
    await write(engine, waiting(), waiting(), waiting())
    await tables.execute("ALTER TABLE dead_letters DISABLE TRIGGER set_updated_at")
    await tables.execute("UPDATE dead_letters SET updated_at = now() - interval '91 days' WHERE id <= 2")
    await tables.execute("UPDATE dead_letters SET status = 'replaying' WHERE id = 1")
    assert await expire_some(engine, 90) == 1
    assert [row["id"] for row in await tables.dead_letters()] == [1, 3]


async def test_all_that_wait_are_recorded_once_though_the_worker_is_killed(
    engine: AsyncEngine, tables: Any, kafka: KafkaSettings, database_url: str
) -> None:
    topic = kafka.topic_name(RESULTS_REPORTED)
    for start in range(0, WAITING, 2_000):
        letters = []
        for n in range(start, start + 2_000):
            day = date(1, 1, 1) + timedelta(days=n)
            event = ResultReported(model="lab/new", benchmark="MMLU", score=n, date_tested=day)
            letters.append(waiting(topic, n, event_id=event.event_id, value=event.to_json()))
        await write(engine, *letters)

    alias = {"kind": "model", "alias": "lab/new", "name": "lab/model"}
    async with (
        serving(kafka, database_url) as api,
        worker("ingest_worker", kafka, DATABASE_URL=database_url) as process,
    ):
        await process.ready()
        (await api.post("/v1/aliases", json=alias)).raise_for_status()
        for recorded in (500, WAITING // 2):
            await eventually(lambda: count(tables, "result_reports"), partial(le, recorded), 240)
            process.kill()
            process.start_again()
        await eventually(lambda: count(tables, "result_reports"), partial(le, WAITING), 240)
        closed = "dead_letters WHERE status = 'recorded'"
        await eventually(lambda: count(tables, closed), partial(le, WAITING), 60)
    assert await count(tables, "result_reports") == await count(tables, "benchmark_results") == WAITING


async def count(tables: Any, of: str) -> int:
    [row] = await tables.all(f"(SELECT 1 AS id, count(*) FROM {of}) AS counted")
    return int(row["count"])
