"""What is an event: the table of bad input runs over HTTP, in tests/integration/catalogue_api."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from catalogue_api.events.doors import Door, door_of, topics_by_event
from catalogue_api.events.formats import BATCH_FORMATS, CLOUDEVENTS
from catalogue_api.events.intake import EventReader
from catalogue_api.events.keys import IdempotencyKey
from catalogue_api.events.parsing import MAX_ELEMENTS, parse_cloudevent, parse_event
from catalogue_api.http.items import NotJson, Rejected
from catalogue_api.http.media import JSON
from catalogue_schema.events import Event, OpinionSubmitted, ResultReported
from catalogue_schema.examples import Example, load
from catalogue_schema.topics import SUBMITTED
from pydantic_core import from_json

RESULT = {"model": "m", "benchmark": "b", "score": 1}
TYPED = {"type": "ResultReported", **RESULT}
GOLDEN = [example for topic in SUBMITTED.values() for example in load(topic)]
ALL = door_of(*SUBMITTED)
ONE = door_of("ResultReported")


def read(item: Any, door: Door = ALL) -> Event:
    return parse_event(json.dumps(item).encode(), door)


def read_cloudevent(item: Any, door: Door = ALL) -> Event:
    return parse_cloudevent(json.dumps(item).encode(), door)


def pointers(parse: Any, *arguments: Any) -> list[str]:
    with pytest.raises(Rejected) as refused:
        parse(*arguments)
    return [error["pointer"] for error in refused.value.errors]


@pytest.mark.parametrize("example", GOLDEN, ids=lambda example: example.case)
def test_every_golden_example_may_be_submitted_again_as_it_stands(example: Example) -> None:
    headers = {name: value.decode() for name, value in example.headers}
    value = from_json(example.value)
    event = read({"type": headers["ce_type"], **value})

    assert event.to_json() == topics_by_event()[type(event)].event.model_validate(value).to_json()  # type: ignore[attr-defined]
    assert type(event).__name__ == headers["ce_type"]
    wrapped = {name.removeprefix("ce_"): text for name, text in headers.items() if name.startswith("ce_")}
    assert read_cloudevent({**wrapped, "data": value}) == event


def test_the_type_may_be_left_out_where_only_one_is_possible() -> None:
    assert isinstance(read(RESULT, ONE), ResultReported)
    assert isinstance(read(TYPED, ONE), ResultReported)
    assert pointers(read, {**TYPED, "type": "OpinionSubmitted"}, ONE) == ["/type"]
    assert pointers(read, RESULT) == ["/type"]


def reader(key: IdempotencyKey | None = None, form: str = JSON) -> EventReader:
    return EventReader(BATCH_FORMATS[form], ALL, key)


@pytest.mark.parametrize(
    ("ahead", "taken"),
    [(timedelta(hours=23), True), (timedelta(hours=25), False), (timedelta(days=-30_000), False)],
)
def test_a_clock_may_be_a_day_ahead_and_no_more(ahead: timedelta, taken: bool) -> None:
    time = (datetime.now(UTC) + ahead).isoformat()
    bare, wrapped = {**TYPED, "occurred_at": time}, cloudevent(time=time)

    if taken:
        assert reader()(json.dumps(bare).encode()).occurred_at.isoformat() == time
        assert reader(None, CLOUDEVENTS)(json.dumps(wrapped).encode()).occurred_at.isoformat() == time
    else:
        assert pointers(reader(), json.dumps(bare).encode()) == ["/occurred_at"]
        assert pointers(reader(None, CLOUDEVENTS), json.dumps(wrapped).encode()) == ["/data/occurred_at"]


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
    event = read_cloudevent(envelope)

    assert isinstance(event, OpinionSubmitted)
    assert (str(event.event_id), event.occurred_at) == (envelope["id"], datetime(2025, 3, 1, 10, tzinfo=UTC))


def test_the_datas_own_time_is_the_nearer_one() -> None:
    data = {"model": "m", "content": "x", "occurred_at": "2025-01-01T00:00:00Z"}

    assert read_cloudevent(cloudevent(time="2025-03-01T12:00:00Z", data=data)).occurred_at.month == 1


def test_pointers_into_a_cloudevents_data_begin_with_it() -> None:
    assert pointers(read_cloudevent, cloudevent(data={"model": "m"})) == ["/data/content"]
    assert pointers(read_cloudevent, cloudevent(data={**RESULT})) == [
        "/data/content",
        "/data/benchmark",
        "/data/score",
    ]
    assert pointers(read_cloudevent, cloudevent(data=[])) == ["/data"]
    assert pointers(read_cloudevent, cloudevent(type="Other")) == ["/type"]
    assert pointers(read_cloudevent, cloudevent(source="")) == ["/source"]


def test_a_type_inside_the_data_must_not_contradict_the_cloudevents() -> None:
    assert pointers(read_cloudevent, cloudevent(data=TYPED)) == ["/data/type"]


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=UTF-8"])
def test_a_cloudevents_data_is_json_by_whatever_name(kind: str) -> None:
    assert read_cloudevent(cloudevent(datacontenttype=kind))
    assert pointers(read_cloudevent, cloudevent(datacontenttype="text/json")) == ["/datacontenttype"]


@pytest.mark.parametrize("raw", [b"", b"{", b'{"a":1}}', b"\xff", b"[" * 5000, b"1" * 5000])
def test_what_is_not_json_is_told_apart_from_what_is_not_valid(raw: bytes) -> None:
    with pytest.raises(NotJson):
        parse_event(raw, ALL)


def test_an_item_of_many_elements_is_refused_before_it_becomes_objects() -> None:
    assert pointers(read, {**TYPED, "x": [[]] * MAX_ELEMENTS}) == [""]
    assert pointers(read, {**TYPED, "x": "," * 5000}) == ["/x"]


def test_a_key_gives_each_event_of_a_request_an_id_of_its_own() -> None:
    raw, own = json.dumps(TYPED).encode(), json.dumps({**TYPED, "event_id": str(uuid4())}).encode()

    def ids(key: str) -> list[UUID]:
        read = reader(IdempotencyKey(key))
        return [read(each).event_id for each in (raw, raw, own)]

    assert ids("run 7") == ids('"run 7"')
    assert len({*ids("run 7"), *ids("run 8"), *ids(str(uuid4()))}) == 7


def test_the_same_key_of_another_source_is_another_key() -> None:
    here, there = (json.dumps({**TYPED, "source": source}).encode() for source in ("here", "there"))

    assert reader(IdempotencyKey("1"))(here).event_id != reader(IdempotencyKey("1"))(there).event_id


def test_the_ids_that_keys_give_stay_the_same_for_ever() -> None:
    event = reader(IdempotencyKey("run 7"))(json.dumps(TYPED).encode())

    assert event.event_id == UUID("adcb63a4-9c6c-50be-9200-b98ab56a37ef")
