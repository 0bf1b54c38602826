"""Producers and consumers are upgraded in any order."""

import json
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.examples import load
from catalogue_schema.topics import (
    EVENT_TOPICS,
    OPINIONS_CLASSIFIED,
    OPINIONS_SUBMITTED,
    RESULTS_REPORTED,
    SUBJECTS_ERASED,
    SUBMISSIONS_RETRACTED,
    USE_CASES_MENTIONED,
    Topic,
)
from pydantic_core import from_json
from support.polling import eventually
from support.workers import worker

TABLES = {
    RESULTS_REPORTED: "benchmark_results",
    OPINIONS_CLASSIFIED: "opinions",
    USE_CASES_MENTIONED: "use_cases",
    SUBMISSIONS_RETRACTED: "retractions",
}
each_topic = pytest.mark.parametrize("topic", TABLES, ids=lambda topic: topic.name)


def golden(topic: Topic, case: str) -> dict[str, Any]:
    [example] = [example for example in load(topic) if example.case == case]
    known = {"event_id": str(uuid4()), "model": "lab/model", "benchmark": "MMLU"}
    fields: dict[str, Any] = from_json(example.value)
    return {name: known.get(name, value) for name, value in fields.items()}


async def write(kafka: KafkaSettings, sender: AIOKafkaProducer, topic: Topic, event: dict[str, Any]) -> None:
    await sender.send_and_wait(kafka.topic_name(topic), json.dumps(event).encode(), key=b"lab/model")


def test_every_topic_whose_events_become_rows_is_tried() -> None:
    assert set(TABLES) == set(EVENT_TOPICS.values()) - {OPINIONS_SUBMITTED, SUBJECTS_ERASED}


@each_topic
async def test_a_worker_records_what_a_newer_producer_sends_with_fields_that_it_does_not_know(
    kafka: KafkaSettings, sender: AIOKafkaProducer, tables: Any, database_url: str, topic: Topic
) -> None:
    newer = golden(topic, "full") | {"certainty": {"nul": "\x00", "low": [1, 2.5e300]}, "none": None}
    await write(kafka, sender, topic, newer)

    async with worker("ingest_worker", kafka, DATABASE_URL=database_url):
        [row] = await eventually(lambda: tables.all(TABLES[topic]), bool, 60)
    assert str(row["event_id"]) == newer["event_id"]
    assert await tables.dead_letters() == []


@each_topic
async def test_a_worker_records_an_older_message_without_the_newer_fields(
    kafka: KafkaSettings, sender: AIOKafkaProducer, tables: Any, database_url: str, topic: Topic
) -> None:
    required = {name for name, field in topic.event.model_fields.items() if field.is_required()}
    wanted = required | {"event_id", "occurred_at"}
    older = {name: value for name, value in golden(topic, "minimal").items() if name in wanted}
    await write(kafka, sender, topic, older)

    async with worker("ingest_worker", kafka, DATABASE_URL=database_url):
        [row] = await eventually(lambda: tables.all(TABLES[topic]), bool, 60)
    assert str(row["event_id"]) == older["event_id"]
    assert await tables.dead_letters() == []


async def test_what_cannot_have_occurred_then_is_a_dead_letter(
    kafka: KafkaSettings, sender: AIOKafkaProducer, tables: Any, database_url: str
) -> None:
    changes = (
        {"occurred_at": "2099-01-01T00:00:00Z"},
        {"occurred_at": "1969-12-31T23:59:59Z"},
        {"date_tested": "9999-12-31"},
    )
    for change in changes:
        await write(kafka, sender, RESULTS_REPORTED, golden(RESULTS_REPORTED, "full") | change)

    async with worker("ingest_worker", kafka, DATABASE_URL=database_url):
        letters = await eventually(tables.dead_letters, lambda seen: len(seen) == len(changes), 60)
    assert {letter["reason"] for letter in letters} == {"invalid"}
    assert sorted(letter["detail"] for letter in letters) == [
        "/date_tested is more than 1 d ahead",
        "/occurred_at is before 1970",
        "/occurred_at is over a day in the future: set the clock right, or leave it out",
    ]
    assert await tables.results() == []
