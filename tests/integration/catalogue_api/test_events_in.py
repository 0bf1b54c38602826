import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.events import OpinionSubmitted, ResultReported
from catalogue_schema.topics import OPINIONS_SUBMITTED, RESULTS_REPORTED, Topic
from support.api import published

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

SINGLE: list[tuple[str, Topic, dict[str, Any]]] = [
    ("/v1/opinions", OPINIONS_SUBMITTED, {"content": "Good.", "tags": ["a", "ü"], "author": "zoë"}),
    ("/v1/results", RESULTS_REPORTED, {"benchmark": "Bench/one", "score": 71, "date_tested": "2025-01-02"}),
]


@pytest.mark.parametrize(("path", "topic", "fields"), SINGLE)
async def test_a_single_event_stands_on_its_topic_when_202_is_answered(
    shared_api: httpx.AsyncClient,
    kafka: KafkaSettings,
    model: str,
    path: str,
    topic: Topic,
    fields: dict[str, Any],
) -> None:
    answer = await shared_api.post(path, json={"model": model, **fields}, headers={"traceparent": TRACE})

    assert answer.status_code == httpx.codes.ACCEPTED
    event_id = answer.json()["event_id"]
    assert UUID(event_id).version == 7
    assert answer.headers["Location"] == f"/v1/events/{event_id}"
    [message] = await published(kafka, topic, model)
    headers = {name: value.decode() for name, value in message.headers}
    assert headers["ce_id"] == event_id
    assert headers["ce_type"] == topic.event.__name__
    assert headers["traceparent"] == TRACE
    stands = json.loads(message.value)
    assert {name: stands[name] for name in fields} == fields
    assert topic.event.model_validate_json(message.value)
    assert stands["event_id"] == event_id


@pytest.mark.parametrize("trace", ["x", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "ff" + TRACE[2:]])
async def test_a_traceparent_that_is_none_is_not_passed_on(
    shared_api: httpx.AsyncClient, kafka: KafkaSettings, model: str, trace: str
) -> None:
    answer = await shared_api.post(
        "/v1/opinions", json={"model": model, "content": "Good."}, headers={"traceparent": trace}
    )

    assert answer.status_code == httpx.codes.ACCEPTED
    [message] = await published(kafka, OPINIONS_SUBMITTED, model)
    assert "traceparent" not in dict(message.headers)


@pytest.mark.parametrize("form", ["{}", '"{}"'], ids=["bare", "quoted"])
async def test_the_idempotency_key_is_the_event_id(
    shared_api: httpx.AsyncClient, model: str, form: str
) -> None:
    key = str(uuid4())
    answer = await shared_api.post(
        "/v1/opinions",
        json={"model": model, "content": "Good."},
        headers={"Idempotency-Key": form.format(key)},
    )

    assert answer.json() == {"event_id": key}


async def test_an_idempotency_key_equal_to_the_bodys_id_is_fine(
    shared_api: httpx.AsyncClient, model: str
) -> None:
    event = {"type": "OpinionSubmitted", "event_id": str(uuid4()), "model": model, "content": "Good."}
    answer = await shared_api.post(
        "/v1/opinions", json=event, headers={"Idempotency-Key": event["event_id"].upper()}
    )

    assert answer.json() == {"event_id": event["event_id"]}


async def test_a_single_cloudevent_is_taken(
    shared_api: httpx.AsyncClient, kafka: KafkaSettings, model: str
) -> None:
    event = cloudevent("OpinionSubmitted", model, content="Good.")
    answer = await shared_api.post(
        "/v1/opinions",
        content=json.dumps(event),
        headers={"Content-Type": 'application/cloudevents+json; charset="UTF-8"; x=1'},
    )

    assert answer.json() == {"event_id": event["id"]}
    [message] = await published(kafka, OPINIONS_SUBMITTED, model)
    read = OpinionSubmitted.model_validate_json(message.value)
    assert (str(read.event_id), read.occurred_at.isoformat()) == (event["id"], "2025-03-01T10:00:00+00:00")


def cloudevent(kind: str, model: str, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "/scraper",
        "type": kind,
        "time": "2025-03-01T12:00:00+02:00",
        "anextension": 1,
        "data": {"model": model, **data},
    }


def mixed(model: str) -> list[dict[str, Any]]:
    return [
        {"type": "OpinionSubmitted", "event_id": str(uuid4()), "model": model, "content": "Good."},
        {"type": "ResultReported", "event_id": str(uuid4()), "model": model, "benchmark": "b", "score": 1},
    ]


def ndjson(events: list[dict[str, Any]]) -> str:
    return "\r\n".join(json.dumps(event) for event in events)


def as_cloudevents(events: list[dict[str, Any]]) -> str:
    wrapped = [
        {"specversion": "1.0", "id": event["event_id"], "source": "/x", "type": event["type"]}
        | {"data": {name: value for name, value in event.items() if name != "type"}}
        for event in events
    ]
    return json.dumps(wrapped)


@pytest.mark.parametrize(
    ("content_type", "write"),
    [
        ("application/x-ndjson", ndjson),
        ("application/json", json.dumps),
        ("application/cloudevents-batch+json", as_cloudevents),
    ],
)
async def test_mixed_events_go_to_their_topics(
    shared_api: httpx.AsyncClient, kafka: KafkaSettings, model: str, content_type: str, write: Any
) -> None:
    events = mixed(model)
    answer = await shared_api.post(
        "/v1/events", content=write(events), headers={"Content-Type": content_type}
    )

    ids = [event["event_id"] for event in events]
    assert answer.status_code == httpx.codes.ACCEPTED
    assert answer.json() == {"accepted": 2, "event_ids": ids, "rejected": []}
    [opinion] = await published(kafka, OPINIONS_SUBMITTED, model)
    [result] = await published(kafka, RESULTS_REPORTED, model)
    assert [json.loads(each.value)["event_id"] for each in (opinion, result)] == ids


@pytest.mark.parametrize("content_type", ["application/json", "application/cloudevents+json"])
async def test_one_event_is_a_batch_of_one(
    shared_api: httpx.AsyncClient, model: str, content_type: str
) -> None:
    event = cloudevent("ResultReported", model, benchmark="b", score=1)
    if content_type == "application/json":
        event = {"type": event["type"], **event["data"]}
    answer = await shared_api.post(
        "/v1/events", content=json.dumps(event), headers={"Content-Type": content_type}
    )

    assert answer.json()["accepted"] == 1


async def test_ten_thousand_events_are_taken_in_their_order(
    shared_api: httpx.AsyncClient, kafka: KafkaSettings, model: str
) -> None:
    body = "\n".join(
        json.dumps({"type": "ResultReported", "model": model, "benchmark": "b", "score": n})
        for n in range(10_000)
    )
    answer = await shared_api.post(
        "/v1/events", content=body, headers={"Content-Type": "application/x-ndjson"}
    )

    assert answer.json()["accepted"] == 10_000
    messages = await published(kafka, RESULTS_REPORTED, model)
    events = [ResultReported.model_validate_json(message.value) for message in messages]
    assert [event.score for event in events] == list(range(10_000))
    assert [str(event.event_id) for event in events] == answer.json()["event_ids"]
