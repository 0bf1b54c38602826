"""The worker and those that write to its topic are upgraded in any order."""

import json
from typing import Any
from uuid import uuid4

import pytest
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.examples import load
from catalogue_schema.topics import OPINIONS_CLASSIFIED, OPINIONS_SUBMITTED
from pydantic_core import from_json
from support.kafka import dead_letters, producer, read_all, topics_of
from support.polling import eventually
from support.workers import worker


@pytest.fixture
async def kafka(bootstrap_servers: str, topic_prefix: str) -> KafkaSettings:
    return await topics_of(bootstrap_servers, topic_prefix)


def minimal(**fields: Any) -> dict[str, Any]:
    """The golden example with what every message has and nothing more, as an older producer writes it."""
    [example] = [example for example in load(OPINIONS_SUBMITTED) if example.case == "minimal"]
    given: dict[str, Any] = from_json(example.value)
    always = ("event_id", "occurred_at", "model", "content")
    return {name: given[name] for name in always} | {"event_id": str(uuid4())} | fields


async def send(kafka: KafkaSettings, *events: dict[str, Any]) -> None:
    async with producer(kafka) as sender:
        for event in events:
            value = json.dumps(event).encode()
            await sender.send_and_wait(kafka.topic_name(OPINIONS_SUBMITTED), value, key=b"lab/model")


async def test_an_older_message_is_classified_and_an_impossible_time_is_a_dead_letter(
    kafka: KafkaSettings,
) -> None:
    older, moments = minimal(), ("2099-01-01T00:00:00Z", "1969-12-31T23:59:59Z")
    await send(kafka, *(minimal(occurred_at=moment) for moment in moments), older)

    async with worker("sentiment_worker", kafka):
        [record] = await eventually(lambda: read_all(kafka, OPINIONS_CLASSIFIED), bool, 60)
        letters = await dead_letters(kafka, len(moments))
    classified = json.loads(record.value)
    assert {name: classified[name] for name in older} == older
    assert classified["sentiment"]
    assert {(letter.reason, letter.detail.split()[0]) for letter in letters} == {("invalid", "/occurred_at")}
    assert len(letters) == len(moments)
