"""What is an event: the table of bad input runs over HTTP, in tests/integration/catalogue_api."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from catalogue_api.events.parsing import parse_cloudevent, parse_event
from catalogue_api.http.items import Rejected
from catalogue_schema.events import OpinionSubmitted, ResultReported
from catalogue_schema.examples import Example, load
from catalogue_schema.topics import RESULTS_REPORTED, SUBMITTED
from pydantic_core import from_json

RESULT = {"model": "m", "benchmark": "b", "score": 1}
GOLDEN = [example for topic in SUBMITTED.values() for example in load(topic)]


def pointers(parse: Any, *arguments: Any) -> list[str]:
    with pytest.raises(Rejected) as refused:
        parse(*arguments)
    return [error["pointer"] for error in refused.value.errors]


@pytest.mark.parametrize("example", GOLDEN, ids=lambda example: example.case)
def test_every_golden_example_may_be_submitted_again_as_it_stands(example: Example) -> None:
    headers = {name: value.decode() for name, value in example.headers}
    value = from_json(example.value)
    event = parse_event({"type": headers["ce_type"], **value})

    assert event.model_dump(mode="json") == type(event).model_validate(value).model_dump(mode="json")
    wrapped = {name.removeprefix("ce_"): text for name, text in headers.items() if name.startswith("ce_")}
    assert parse_cloudevent({**wrapped, "data": value}) == event


def test_the_type_may_be_left_out_where_only_one_is_possible() -> None:
    only = {"ResultReported": RESULTS_REPORTED}

    assert isinstance(parse_event(RESULT, only), ResultReported)
    assert isinstance(parse_event({"type": "ResultReported", **RESULT}, only), ResultReported)
    assert pointers(parse_event, {"type": "OpinionSubmitted", **RESULT}, only) == ["/type"]
    assert pointers(parse_event, RESULT) == ["/type"]


def test_the_item_itself_is_left_as_it_was() -> None:
    item = {"type": "ResultReported", **RESULT}
    parse_event(item)

    assert "type" in item


@pytest.mark.parametrize(
    ("ahead", "taken"),
    [(timedelta(hours=23), True), (timedelta(hours=25), False), (timedelta(days=-20_000), True)],
)
def test_a_clock_may_be_a_day_ahead_and_no_more(ahead: timedelta, taken: bool) -> None:
    item = {"type": "ResultReported", **RESULT, "occurred_at": (datetime.now(UTC) + ahead).isoformat()}

    if taken:
        assert parse_event(item).occurred_at
    else:
        assert pointers(parse_event, item) == ["/occurred_at"]


def cloudevent(**more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "/x",
        "type": "OpinionSubmitted",
        "data": {"model": "m", "content": "x"},
        **more,
    }


def test_a_cloudevents_id_and_time_are_the_events() -> None:
    envelope = cloudevent(time="2025-03-01T12:00:00+02:00")
    event = parse_cloudevent(envelope)

    assert isinstance(event, OpinionSubmitted)
    assert (str(event.event_id), event.occurred_at) == (envelope["id"], datetime(2025, 3, 1, 10, tzinfo=UTC))


def test_the_datas_own_time_is_the_nearer_one() -> None:
    data = {"model": "m", "content": "x", "occurred_at": "2025-01-01T00:00:00Z"}

    assert parse_cloudevent(cloudevent(time="2025-03-01T12:00:00Z", data=data)).occurred_at.month == 1


def test_pointers_into_a_cloudevents_data_begin_with_it() -> None:
    assert pointers(parse_cloudevent, cloudevent(data={"model": "m"})) == ["/data/content"]
    assert pointers(parse_cloudevent, cloudevent(data={**RESULT})) == [
        "/data/content",
        "/data/benchmark",
        "/data/score",
    ]
    assert pointers(parse_cloudevent, cloudevent(type="Other")) == ["/type"]
    assert pointers(parse_cloudevent, cloudevent(source="")) == ["/source"]


def test_a_type_inside_the_data_must_not_contradict_the_cloudevents() -> None:
    data = {"type": "ResultReported", **RESULT}

    assert pointers(parse_cloudevent, cloudevent(data=data)) == ["/data/type"]
