"""Tasks that make themselves."""

from typing import Any
from uuid import uuid4

from catalogue_messaging.failures import Received
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.events import DeadLetter
from ingest_worker.dead_letters import record_dead_letters
from ingest_worker.tasks import Limits, keep_tasks
from sqlalchemy.ext.asyncio import AsyncEngine
from support.api import serving
from support.kafka import record
from support.polling import eventually
from support.workers import worker

LIMITS = Limits(more_than=2, window=3600)


def letter(number: int, **fields: Any) -> DeadLetter:
    usual = {"reason": "unknown_model", "detail": "d", "exception_class": "E", "topic": "t", "partition": 0}
    return DeadLetter(**usual | {"event_id": uuid4(), "offset": number, "model": "lab/new"} | fields)


async def write(engine: AsyncEngine, count: int, **fields: Any) -> None:
    letters = [letter(number, **fields) for number in range(count)]
    await record_dead_letters(engine, [Received(record(b""), each) for each in letters])


async def tasks(tables: Any) -> list[tuple[Any, ...]]:
    rows = await tables.all("tasks")
    found = [(row["name"] or row["reason"], row["priority"], row["status"]) for row in rows]
    return sorted(found)


async def test_a_name_that_many_wait_for_opens_one_task_however_often_it_is_looked_at(
    engine: AsyncEngine, tables: Any
) -> None:
    await write(engine, 2)
    await keep_tasks(engine, LIMITS)
    assert await tasks(tables) == []
    await write(engine, 1)
    for _ in range(2):
        await keep_tasks(engine, LIMITS)
    assert await tasks(tables) == [("lab/new", "low", "pending")]


async def test_priority_rises_as_more_wait_and_heeds_who_lowers_it(engine: AsyncEngine, tables: Any) -> None:
    await write(engine, 3)
    await keep_tasks(engine, LIMITS)
    await write(engine, 30)
    await keep_tasks(engine, LIMITS)
    assert await tasks(tables) == [("lab/new", "medium", "pending")]
    await tables.execute("UPDATE tasks SET priority = 'low'")
    await write(engine, 1)
    await keep_tasks(engine, LIMITS)
    assert await tasks(tables) == [("lab/new", "low", "pending")]


async def test_a_burst_of_one_reason_opens_one_task_until_its_letters_are_dealt_with(
    engine: AsyncEngine, tables: Any
) -> None:
    await write(engine, 3, reason="invalid", model=None)
    for _ in range(2):
        await keep_tasks(engine, LIMITS)
    assert await tasks(tables) == [("invalid", "low", "pending")]
    await tables.execute("UPDATE dead_letters SET status = 'discarded'")
    await keep_tasks(engine, LIMITS)
    assert await tasks(tables) == [("invalid", "low", "completed")]


async def test_what_came_before_the_window_is_no_burst(engine: AsyncEngine, tables: Any) -> None:
    await write(engine, 3, reason="invalid", model=None)
    await tables.execute("UPDATE dead_letters SET failed_at = now() - interval '2 hours'")
    await keep_tasks(engine, LIMITS)
    assert await tasks(tables) == []


async def test_what_a_person_completed_opens_again_for_what_came_since(
    engine: AsyncEngine, tables: Any
) -> None:
    await write(engine, 3)
    await keep_tasks(engine, LIMITS)
    await tables.execute("UPDATE tasks SET status = 'completed'")
    await keep_tasks(engine, LIMITS)
    assert await tasks(tables) == [("lab/new", "low", "completed")]
    await write(engine, 3)
    await keep_tasks(engine, LIMITS)
    assert await tasks(tables) == [("lab/new", "low", "completed"), ("lab/new", "low", "pending")]


async def test_a_task_opens_while_events_wait_and_is_completed_once_their_name_is_resolved(
    tables: Any, kafka: KafkaSettings, database_url: str
) -> None:
    limits = {"INGEST_WORKER_TASK_LETTERS": "2"}
    async with (
        serving(kafka, database_url) as api,
        worker("ingest_worker", kafka, DATABASE_URL=database_url, **limits) as process,
    ):
        await process.ready()
        for n in range(3):
            event = {"model": "lab/new", "benchmark": "MMLU", "score": n, "date_tested": f"2026-01-0{n + 1}"}
            (await api.post("/v1/results", json=event)).raise_for_status()
        opened = await eventually(lambda: tasks(tables), bool, 90)
        assert opened == [("lab/new", "low", "pending")]
        alias = {"kind": "model", "alias": "lab/new", "name": "lab/model"}
        (await api.post("/v1/aliases", json=alias)).raise_for_status()
        closed = await eventually(lambda: tasks(tables), lambda found: found[0][2] == "completed", 90)
        assert closed == [("lab/new", "low", "completed")]
        await eventually(tables.results, lambda found: len(found) == 3, 60)
