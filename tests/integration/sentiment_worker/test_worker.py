"""The worker as a process of its own, on a real Kafka."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from catalogue_messaging.envelope import of_message, of_request
from catalogue_messaging.publisher import EventPublisher
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.events import OpinionClassified, OpinionSubmitted
from catalogue_schema.topics import OPINIONS_CLASSIFIED, OPINIONS_SUBMITTED
from support.kafka import dead_letters, lag, producer, read_all, topics_of
from support.polling import eventually
from support.workers import worker

PRODUCER = UUID("0198f000-0000-7000-8000-00000000000a")
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
MODELS = 7
BAD = [b"\xff\xfe", b'{"content": "no model"}', json.dumps({"event_id": str(uuid4()), "n": 1}).encode()]


@pytest.fixture
async def kafka(bootstrap_servers: str, topic_prefix: str) -> KafkaSettings:
    return await topics_of(bootstrap_servers, topic_prefix)


def opinion(number: int, **fields: Any) -> OpinionSubmitted:
    said = {"content": f"{number} times great", "author": str(number), "tags": ["a"]}
    return OpinionSubmitted(model=f"lab/{number % MODELS}", **said | fields)


async def test_opinions_are_classified_in_order_and_bad_ones_set_aside(kafka: KafkaSettings) -> None:
    opinions = [opinion(number) for number in range(500)]
    opinions[33] = opinion(33, sentiment="negative", content="great, they said")
    publisher = EventPublisher(kafka, "/test")
    await publisher.publish(OPINIONS_SUBMITTED, opinions[:250], of_request(PRODUCER, TRACE))
    async with producer(kafka) as sender:
        for value in BAD:
            await sender.send_and_wait(kafka.topic_name(OPINIONS_SUBMITTED), value, key=b"lab/0")
    await publisher.publish(OPINIONS_SUBMITTED, opinions[250:])
    await publisher.stop()

    async with worker("sentiment_worker", kafka, SENTIMENT_BACKEND="vader") as process:
        await process.ready()
        records = await eventually(
            lambda: read_all(kafka, OPINIONS_CLASSIFIED), lambda seen: len(seen) >= len(opinions), 60
        )
        letters = await dead_letters(kafka, len(BAD))
        await eventually(lambda: lag(kafka, "sentiment-worker", OPINIONS_SUBMITTED), lambda left: left == 0)
        assert await process.terminate(seconds=5) == 0

    classified = [OpinionClassified.model_validate_json(record.value) for record in records]
    assert len(classified) == len(opinions), "each exactly once, as nothing was repeated"
    as_submitted = {event.event_id: event for event in opinions}
    for record, event in zip(records, classified, strict=True):
        submitted = as_submitted[event.event_id]
        kept = submitted.model_dump(exclude={"sentiment"})
        assert event.model_dump(include=set(kept)) == kept
        assert record.key == event.model.encode()
        is_traced = int(event.author or "") < 250
        assert of_message(record.headers) == (of_request(PRODUCER, TRACE) if is_traced else [])
        if submitted.sentiment:
            assert (event.sentiment, event.classifier) == ("negative", None)
        else:
            assert event.classifier
            assert event.sentiment_probabilities
            assert event.sentiment_confidence == event.sentiment_probabilities[event.sentiment]
    for model in range(MODELS):
        order = [int(event.author or "") for event in classified if event.model == f"lab/{model}"]
        assert order == sorted(order)
    assert sorted(letter.value or b"" for letter in letters) == sorted(BAD)
    assert {letter.topic for letter in letters} == {kafka.topic_name(OPINIONS_SUBMITTED)}


async def test_fields_that_it_does_not_know_are_passed_on(kafka: KafkaSettings) -> None:
    """A newer producer sends them and a newer consumer waits for them: this worker is upgraded last."""
    newer = json.loads(opinion(1).model_dump_json()) | {"language": "en", "origin": {"thread": 7}}
    given = json.loads(opinion(1 + MODELS, sentiment="negative").model_dump_json()) | {"language": "de"}
    async with producer(kafka) as sender:
        for event in (newer, given):
            value = json.dumps(event).encode()
            await sender.send_and_wait(kafka.topic_name(OPINIONS_SUBMITTED), value, key=b"lab/1")

    async with worker("sentiment_worker", kafka):
        records = await eventually(
            lambda: read_all(kafka, OPINIONS_CLASSIFIED), lambda seen: len(seen) == 2, 60
        )
    for sent, record in zip((newer, given), records, strict=True):
        passed_on = json.loads(record.value)
        kept = {name: value for name, value in sent.items() if name != "sentiment"}
        assert {name: passed_on[name] for name in kept} == kept
        assert passed_on["sentiment"] == (sent["sentiment"] or "positive")
