"""The golden examples are what the models and the exported JSON Schemas say."""

import json
from uuid import UUID

import pytest
from catalogue_schema.events import DeadLetter, Event, Reason
from catalogue_schema.examples import Example, load
from catalogue_schema.export import DESCRIBED, json_schema
from catalogue_schema.topics import DEAD_LETTERS, TOPICS, Topic
from jsonschema import Draft202012Validator

EVENTS = [(topic, example) for topic in DESCRIBED for example in load(topic)]
each_event = pytest.mark.parametrize(
    ("topic", "example"), EVENTS, ids=[f"{topic.name}-{example.case}" for topic, example in EVENTS]
)
each_dead_letter = pytest.mark.parametrize(
    "example", load(DEAD_LETTERS), ids=lambda example: str(example.case)
)


def event_of(topic: Topic, example: Example) -> Event:
    event = topic.event.model_validate_json(example.value)
    assert isinstance(event, Event)
    return event


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: str(topic.name))
def test_topic_has_several_examples(topic: Topic) -> None:
    assert len(load(topic)) >= 2


@pytest.mark.parametrize("topic", DESCRIBED, ids=lambda topic: str(topic.name))
def test_one_example_has_every_field_and_one_only_the_required(topic: Topic) -> None:
    by_case = {example.case: json.loads(example.value) for example in load(topic)}
    optional = set(topic.event.model_fields) - set(json_schema(topic)["required"])
    assert {name for name in optional if by_case["minimal"][name] is None} >= optional - {
        # those of a classified opinion come together
        "classifier",
        "sentiment_confidence",
    }
    assert all(by_case["full"][name] is not None for name in optional - {"sentiment"})


@each_event
def test_example_is_byte_for_byte_what_its_event_is_written_as(topic: Topic, example: Example) -> None:
    assert event_of(topic, example).model_dump_json().encode() == example.value


@each_event
def test_example_matches_the_exported_json_schema(topic: Topic, example: Example) -> None:
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(json_schema(topic), format_checker=checker).validate(json.loads(example.value))


@each_event
def test_example_follows_the_cloudevents_kafka_binding(topic: Topic, example: Example) -> None:
    event = event_of(topic, example)
    headers = {name: value.decode() for name, value in example.headers}
    assert headers.pop("ce_source").startswith("/")
    headers.pop("traceparent", None)
    assert UUID(headers.pop("ce_producer", str(event.event_id)))
    assert headers == {
        "ce_specversion": "1.0",
        "ce_id": str(event.event_id),
        "ce_type": type(event).__name__,
        "ce_time": event.occurred_at.isoformat(),
        "content-type": "application/json",
    }
    assert example.key == json.loads(example.value)[topic.key].encode()


@each_dead_letter
def test_dead_letter_says_where_its_message_stood_and_why_it_failed(example: Example) -> None:
    headers = {name: value.decode() for name, value in example.headers}
    letter = DeadLetter.model_validate(
        {
            "topic": headers["__connect.errors.topic"],
            "partition": headers["__connect.errors.partition"],
            "offset": headers["__connect.errors.offset"],
            "exception_class": headers["__connect.errors.exception.class.name"],
            "detail": headers["__connect.errors.exception.message"],
            "reason": headers["catalogue.reason"],
            "attempts": headers["catalogue.attempt"],
            "key": example.key,
            "value": example.value,
        }
    )
    assert letter.topic in {topic.name for topic in DESCRIBED}


def test_dead_letters_show_a_name_that_is_unknown_and_bytes_that_are_no_json() -> None:
    reasons = {dict(example.headers)["catalogue.reason"].decode() for example in load(DEAD_LETTERS)}
    assert reasons >= {Reason.UNKNOWN_MODEL, Reason.UNKNOWN_BENCHMARK, Reason.UNDECODABLE, Reason.INVALID}
    undecodable = next(example for example in load(DEAD_LETTERS) if example.case == "undecodable")
    with pytest.raises(ValueError, match="decode"):
        json.loads(undecodable.value)
