from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from catalogue_schema.events import DeadLetter, Event, OpinionClassified, OpinionSubmitted, ResultReported
from catalogue_schema.text import MAX_CONTENT
from catalogue_schema.topics import OPINIONS_CLASSIFIED
from pydantic import ValidationError

OPINION = {"model": "openai/gpt-4o", "content": "Good."}
RESULT = {"model": "openai/gpt-4o", "benchmark": "MMLU", "score": 88.7}


def faults(event: type[Event], fields: dict[str, Any]) -> list[tuple[int | str, ...]]:
    """Where `fields` are wrong; none where they make an event."""
    try:
        event.model_validate(fields)
    except ValidationError as error:
        return [fault["loc"] for fault in error.errors()]
    return []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("content", ""),
        ("content", " \n\t"),
        ("content", "a\x00b"),
        ("content", "\ud800"),
        ("content", "x" * (MAX_CONTENT + 1)),
        ("content", 7),
        ("content", None),
        ("sentiment", "ecstatic"),
        ("source", ""),
        ("source", " "),
        ("source", "a\x00b"),
        ("source", "x" * 256),
        ("author", "\udfff"),
        ("date_published", "9999-99-99"),
        ("date_published", "2026-02-29"),
        ("date_published", "yesterday"),
        ("date_published", 0),
        ("date_published", "86400"),
        ("date_published", "2026-03-09T14:30:00Z"),
        ("occurred_at", "2026-03-09T14:30:00"),
        ("occurred_at", 1_700_000_000),
        ("occurred_at", "1700000000"),
        ("occurred_at", "0001-01-01T00:00:00+14:00"),
        ("occurred_at", "9999-12-31T23:59:59-01:00"),
        ("event_id", "42"),
        ("event_id", 42),
        ("tags", ["x"] * 33),
        ("tags", ["a\x00b"]),
        ("tags", [""]),
        ("tags", ["x" * 101]),
        ("tags", "coding"),
        ("stars", 5),
    ],
)
def test_opinion_says_which_field_is_wrong(field: str, value: object) -> None:
    assert {loc[0] for loc in faults(OpinionSubmitted, {**OPINION, field: value})} == {field}


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "a\x00b", "a\nb", "a\x7f", "\ud800", "x" * 256, None),
        *("/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b"),
    ],
)
def test_name_that_cannot_stand_in_a_path_is_refused(name: object) -> None:
    assert faults(OpinionSubmitted, {**OPINION, "model": name}) == [("model",)]


@pytest.mark.parametrize(
    "name",
    [
        "gpt-4",
        "openai/gpt-4o",
        "a/b/c:latest",
        "名前",
        ".hidden",
        "..a",
        "...",
        "a b",
        "50% off?#1",
        "x" * 255,
    ],
)
def test_name_with_slashes_spaces_and_any_letters_is_taken_as_it_is(name: str) -> None:
    assert OpinionSubmitted.model_validate({**OPINION, "model": name}).model == name


@pytest.mark.parametrize(
    "score",
    [float("nan"), float("inf"), float("-inf"), "88.7", True, None, [88.7], 10**400],
)
def test_score_that_is_no_finite_number_is_refused(score: object) -> None:
    assert faults(ResultReported, {**RESULT, "score": score}) == [("score",)]


@pytest.mark.parametrize("score", ["NaN", "Infinity", "-Infinity", "1e999", '"1"', "true"])
def test_score_that_json_cannot_hold_is_refused(score: str) -> None:
    with pytest.raises(ValidationError, match="score"):
        ResultReported.model_validate_json(f'{{"model": "a", "benchmark": "b", "score": {score}}}')


@pytest.mark.parametrize("score", [0, -3, 88.7, 1e300, 1234567890123])
def test_score_is_any_finite_number(score: float) -> None:
    assert ResultReported.model_validate({**RESULT, "score": score}).score == score


def test_lone_surrogate_in_json_is_refused() -> None:
    with pytest.raises(ValidationError, match="hex escape"):
        OpinionSubmitted.model_validate_json(r'{"model": "a", "content": "\ud800 b"}')


def test_long_opinion_is_kept_whole() -> None:
    content = "  " + "é" * (MAX_CONTENT - 4) + "\n "
    assert OpinionSubmitted.model_validate({**OPINION, "content": content}).content == content


def test_white_space_around_names_sources_and_tags_is_dropped() -> None:
    fields = {"model": " openai/gpt-4o\n", "content": "x", "source": " hn ", "tags": [" fast "]}
    opinion = OpinionSubmitted.model_validate(fields)
    assert (opinion.model, opinion.source, opinion.tags) == ("openai/gpt-4o", "hn", ("fast",))


def test_time_with_any_offset_is_kept_in_utc() -> None:
    opinion = OpinionSubmitted.model_validate({**OPINION, "occurred_at": "2026-03-09T14:30:00+05:30"})
    assert opinion.occurred_at == datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
    assert '"occurred_at":"2026-03-09T09:00:00Z"' in opinion.model_dump_json()


def test_event_cannot_be_changed() -> None:
    result = ResultReported.model_validate(RESULT)
    with pytest.raises(ValidationError, match="frozen"):
        result.score = 100  # type: ignore[misc]


def test_event_ids_are_uuidv7_in_the_order_of_their_making() -> None:
    made = [ResultReported.model_validate(RESULT).event_id for _ in range(1000)]
    assert {event_id.version for event_id in made} == {7}
    assert made == sorted(set(made))


def test_event_id_of_the_producer_is_kept_whatever_its_version() -> None:
    given = UUID("ec197caf-ad37-5f11-82b9-fba2c1340f5f")
    assert ResultReported.model_validate({**RESULT, "event_id": str(given)}).event_id == given


def test_classified_opinion_needs_a_sentiment() -> None:
    assert faults(OpinionClassified, OPINION) == [("sentiment",)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"sentiment_confidence": 0.9},
        {"classifier": "vader"},
        {"classifier": "vader", "sentiment_confidence": 1.01},
        {"classifier": "vader", "sentiment_confidence": float("nan")},
        {"classifier": "vader", "sentiment_confidence": 0.9, "sentiment_probabilities": {"happy": 1}},
        {"classifier": "vader", "sentiment_confidence": 0.9, "sentiment_probabilities": {"mixed": 2}},
    ],
)
def test_classification_is_whole_and_its_probabilities_lie_between_0_and_1(wrong: dict[str, Any]) -> None:
    assert faults(OpinionClassified, {**OPINION, "sentiment": "mixed", **wrong})


def test_largest_opinion_fits_into_a_message() -> None:
    widest = "\x01"  # six bytes in JSON, more than any other character
    opinion = OpinionClassified.model_validate(
        {
            "model": "😀" * 255,
            "content": widest * (MAX_CONTENT - 1) + "x",
            "source": "s" + widest * 253 + "s",
            "author": "a" + widest * 253 + "a",
            "tags": ["t" + widest * 98 + "t"] * 32,
            "sentiment": "positive",
        }
    )
    room_for_headers = 64 * 1024
    largest = OPINIONS_CLASSIFIED.max_message_bytes - room_for_headers
    assert len(opinion.model_dump_json().encode()) < largest


def test_dead_letter_holds_any_bytes_and_survives_json() -> None:
    letter = DeadLetter.model_validate(
        {
            "reason": "undecodable",
            "detail": "no JSON",
            "exception_class": "ValidationError",
            "topic": "catalogue.opinions.submitted.v1",
            "partition": 0,
            "offset": 2**40,
            "key": b"\xff",
            "value": bytes(range(256)),
            "headers": [("ce_id", b"\x00\xff")],
        }
    )
    assert DeadLetter.model_validate_json(letter.model_dump_json()) == letter
