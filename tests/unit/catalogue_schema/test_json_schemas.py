"""The exported JSON Schemas say of a message what the event models say."""

import json
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from catalogue_schema.events import (
    ErasedEventId,
    Event,
    OpinionClassified,
    OpinionSubmitted,
    ResultReported,
    SubjectErased,
    SubmissionRetracted,
    UseCaseMentioned,
)
from catalogue_schema.export import DESCRIBED, export, json_schema
from catalogue_schema.sentiment import SENTIMENTS
from catalogue_schema.topics import EVENT_TOPICS, OPINIONS_SUBMITTED, TOPICS, Topic, Value
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

COMMITTED = Path(__file__).parents[3] / "docs/schemas"
letters = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
text = st.text(letters, max_size=60).map(str.strip).filter(bool)
names = st.lists(st.text("aZ09-_:%?é名", min_size=1), min_size=1, max_size=3).map("/".join)
dates = st.none() | st.dates()
opinion_fields: dict[str, st.SearchStrategy[Any]] = {
    "model": names,
    "content": text,
    "source": st.none() | text,
    "author": st.none() | text,
    "date_published": dates,
    "tags": st.none() | st.lists(text, max_size=32).map(tuple),
}


EVENTS: dict[type[Event], st.SearchStrategy[Event]] = {
    OpinionSubmitted: st.builds(
        OpinionSubmitted,
        sentiment=st.none() | st.sampled_from(SENTIMENTS),
        occurred_at=st.datetimes(timezones=st.just(UTC)),
        **opinion_fields,
    ),
    OpinionClassified: st.builds(OpinionClassified, sentiment=st.sampled_from(SENTIMENTS), **opinion_fields),
    ResultReported: st.builds(
        ResultReported,
        model=names,
        benchmark=names,
        score=st.floats(allow_nan=False, allow_infinity=False),
        date_tested=dates,
    ),
    SubjectErased: st.builds(
        SubjectErased, events=st.lists(st.builds(ErasedEventId), min_size=1, max_size=3).map(tuple)
    ),
    SubmissionRetracted: st.builds(SubmissionRetracted, reason=text),
    UseCaseMentioned: st.builds(
        UseCaseMentioned,
        model=names,
        use_case=text,
        description=st.none() | text,
        mentioned_by=st.none() | text,
    ),
}


def validator(topic: Topic) -> Draft202012Validator:
    schema = json_schema(topic)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


@given(st.one_of(*EVENTS.values()))
def test_every_event_survives_json_and_matches_its_json_schema(event: Event) -> None:
    written = event.model_dump_json()
    assert type(event).model_validate_json(written) == event
    validator(EVENT_TOPICS[type(event)]).validate(json.loads(written))


def test_every_topic_of_events_has_a_json_schema_and_is_tried_here() -> None:
    with_events = {topic for topic in TOPICS if topic.value is Value.EVENT}
    assert set(DESCRIBED) == set(EVENT_TOPICS.values()) == with_events
    assert set(EVENTS) == {topic.event for topic in with_events}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event_id", "42"),
        ("occurred_at", "yesterday"),
        ("model", "a//b"),
        ("model", "a/../b"),
        ("model", "a\u0000b"),
        ("model", "x" * 256),
        ("content", "a\u0000b"),
        ("content", "  "),
        ("sentiment", "ecstatic"),
        ("date_published", "9999-99-99"),
        ("tags", ["x"] * 33),
    ],
)
def test_what_the_model_refuses_its_json_schema_refuses(field: str, value: object) -> None:
    opinion = json.loads(OpinionSubmitted(model="a", content="b").model_dump_json())
    schema = validator(OPINIONS_SUBMITTED)
    assert schema.is_valid(opinion)
    assert not schema.is_valid({**opinion, field: value})


def test_json_schema_lets_fields_be_added_within_a_version() -> None:
    opinion = json.loads(OpinionSubmitted(model="a", content="b").model_dump_json())
    validator(OPINIONS_SUBMITTED).validate({**opinion, "stars": 5})


@pytest.mark.parametrize("field", ["event_id", "occurred_at", "model", "content"])
def test_json_schema_requires_what_every_message_carries(field: str) -> None:
    opinion = json.loads(OpinionSubmitted(model="a", content="b").model_dump_json())
    del opinion[field]
    assert not validator(OPINIONS_SUBMITTED).is_valid(opinion)


def test_committed_json_schemas_are_those_of_the_models(tmp_path: Path) -> None:
    export(tmp_path)
    exported = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert len(exported) == len(DESCRIBED)
    committed = {file.name: file.read_text() for file in COMMITTED.glob("*.json")}
    assert committed == exported, "run `uv run python -m catalogue_schema.export docs/schemas`"
