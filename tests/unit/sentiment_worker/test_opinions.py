from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from catalogue_messaging.failures import Received
from catalogue_messaging.outbox import Message
from catalogue_messaging.publisher import EventPublisher, PublishError
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.events import OpinionClassified, OpinionSubmitted
from catalogue_schema.examples import load
from catalogue_schema.topics import OPINIONS_CLASSIFIED, OPINIONS_SUBMITTED, Topic
from sentiment_worker.classifiers import Classification
from sentiment_worker.opinions import classify_opinions
from support.kafka import record

TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
FIELDS = {"model", "content", "source", "author", "date_published", "tags", "event_id", "occurred_at"}


class Publisher(EventPublisher):
    """Keeps what it is given; its messages are those of the real one."""

    def __init__(self) -> None:
        super().__init__(KafkaSettings(bootstrap_servers="nowhere:1"), "/sentiment-worker")
        self.published: list[tuple[Topic, Message]] = []
        self.away = False

    async def publish_messages(self, topic: Topic, messages: Iterable[Message]) -> None:
        if self.away:
            raise PublishError(topic.name)
        self.published += [(topic, message) for message in messages]

    def events(self) -> list[OpinionClassified]:
        return [OpinionClassified.model_validate_json(message.value or b"") for _, message in self.published]


class ByLength:
    """Says how long a text is, so that an answer that went to another text shows."""

    name = "by-length-1"

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def classify(self, texts: Sequence[str]) -> list[Classification]:
        self.batches.append(list(texts))
        return [
            Classification("positive", len(text) / 100, {"positive": len(text) / 100, "negative": 0.0})
            for text in texts
        ]


def opinion(content: str, **fields: Any) -> OpinionSubmitted:
    return OpinionSubmitted(model="lab/model", content=content, **fields)


def received(
    event: OpinionSubmitted, headers: Sequence[tuple[str, bytes]] = ()
) -> Received[OpinionSubmitted]:
    return Received(record(event.model_dump_json().encode(), headers=headers), event)


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


async def test_each_opinion_gets_its_own_answer_in_its_own_order(publisher: Publisher) -> None:
    given = opinion("given", sentiment="negative")
    batch = [opinion("a"), given, opinion("bbb"), given, opinion("cc")]
    await classify_opinions(ByLength(), publisher, [received(each) for each in batch])
    assert [event.content for event in publisher.events()] == ["a", "given", "bbb", "given", "cc"]
    assert [event.sentiment_confidence for event in publisher.events()] == [0.01, None, 0.03, None, 0.02]


async def test_the_answer_carries_the_classifier_its_confidence_and_probabilities(
    publisher: Publisher,
) -> None:
    await classify_opinions(ByLength(), publisher, [received(opinion("x" * 90))])
    [event] = publisher.events()
    assert (event.sentiment, event.sentiment_confidence, event.classifier) == ("positive", 0.9, "by-length-1")
    assert event.sentiment_probabilities == {"positive": 0.9, "negative": 0.0}


async def test_a_sentiment_that_was_given_is_kept_and_not_classified(publisher: Publisher) -> None:
    classifier = ByLength()
    await classify_opinions(classifier, publisher, [received(opinion("great", sentiment="mixed"))])
    [event] = publisher.events()
    assert (event.sentiment, event.sentiment_confidence, event.classifier) == ("mixed", None, None)
    assert classifier.batches == [[]]


@pytest.mark.parametrize("example", load(OPINIONS_SUBMITTED), ids=lambda example: example.case)
async def test_the_whole_opinion_is_passed_on(publisher: Publisher, example: Any) -> None:
    submitted = OpinionSubmitted.model_validate_json(example.value)
    await classify_opinions(ByLength(), publisher, [received(submitted, example.headers)])
    [event] = publisher.events()
    assert event.model_dump(include=FIELDS) == submitted.model_dump(include=FIELDS)


async def test_the_key_is_the_model_and_the_trace_and_whose_event_it_is_go_on(publisher: Publisher) -> None:
    producer = ("ce_producer", b"0198f000-0000-7000-8000-00000000000a")
    batch = [received(opinion("a"), [producer, ("traceparent", TRACE)]), received(opinion("b"))]
    await classify_opinions(ByLength(), publisher, batch)
    [(topic, traced), (_, untraced)] = publisher.published
    assert (topic, traced.key) == (OPINIONS_CLASSIFIED, b"lab/model")
    assert {producer, ("traceparent", TRACE)} <= set(traced.headers)
    assert ("ce_type", b"OpinionClassified") in traced.headers
    assert ("ce_source", b"/sentiment-worker") in traced.headers
    assert {"ce_producer", "traceparent"}.isdisjoint(dict(untraced.headers))


async def test_a_batch_that_kafka_does_not_take_is_to_be_repeated(publisher: Publisher) -> None:
    publisher.away = True
    with pytest.raises(PublishError):
        await classify_opinions(ByLength(), publisher, [received(opinion("a"))])
