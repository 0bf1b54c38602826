import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from backports import zstd
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


def compressed(body: bytes, encoding: str) -> bytes:
    if encoding == "identity":
        return body
    return gzip.compress(body) if encoding == "gzip" else zstd.compress(body)


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "identity"])
@pytest.mark.parametrize("parts", [1, 2, 100])
async def test_a_body_may_come_compressed_in_any_parts(
    shared_api: httpx.AsyncClient, model: str, encoding: str, parts: int
) -> None:
    events = [{**mixed(model)[1], "score": number, "event_id": str(uuid4())} for number in range(2000)]
    whole = ndjson(events).encode()
    body = compressed(whole[:1000], encoding) + compressed(whole[1000:], encoding)  # two archives in a row
    size = len(body) // parts + 1

    async def sent() -> AsyncIterator[bytes]:
        for begin in range(0, len(body), size):
            yield body[begin : begin + size]

    headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": encoding}
    answer = await shared_api.post("/v1/events", content=sent(), headers=headers)

    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    assert answer.json()["event_ids"] == [event["event_id"] for event in events]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-ndjson", "\ufeff%s\r\n\r\n  \r\n%s"),
        ("application/x-ndjson", "\n%s\n%s\n\n"),
        ("application/json", "\ufeff\r\n [%s ,\r\n%s]\r\n"),
    ],
)
async def test_byte_order_marks_and_white_space_are_no_matter(
    shared_api: httpx.AsyncClient, model: str, content_type: str, body: str
) -> None:
    content = body % tuple(map(json.dumps, mixed(model)))
    answer = await shared_api.post("/v1/events", content=content, headers={"Content-Type": content_type})

    assert (answer.json()["accepted"], answer.json()["rejected"]) == (2, [])


def binary(event: dict[str, Any]) -> dict[str, str]:
    names = ("specversion", "id", "source", "type", "time", "anextension")
    return {
        "Content-Type": "application/json; charset=utf-8",
        **{f"ce-{name}": str(event[name]) for name in names},
    }


@pytest.mark.parametrize("path", ["/v1/opinions", "/v1/events"])
async def test_a_cloudevent_may_come_in_binary_mode(
    shared_api: httpx.AsyncClient, kafka: KafkaSettings, model: str, path: str
) -> None:
    event = cloudevent("OpinionSubmitted", model, content="Good.")
    answer = await shared_api.post(path, json=event["data"], headers=binary(event))

    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    [message] = await published(kafka, OPINIONS_SUBMITTED, model)
    read = OpinionSubmitted.model_validate_json(message.value)
    assert (str(read.event_id), read.occurred_at.isoformat()) == (event["id"], "2025-03-01T10:00:00+00:00")


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"ce-id": "42"}, "header:ce-id"),
        ({"ce-type": "Other"}, "header:ce-type"),
        ({"ce-type": "ResultReported"}, "header:ce-type"),
        ({"ce-specversion": "0.3"}, "header:ce-specversion"),
        ({"ce-time": "yesterday"}, "header:ce-time"),
        ({"ce-source": ""}, "header:ce-source"),
    ],
)
async def test_a_wrong_header_of_a_cloudevent_is_named(
    shared_api: httpx.AsyncClient, model: str, wrong: dict[str, str], pointer: str
) -> None:
    event = cloudevent("OpinionSubmitted", model, content="Good.")
    answer = await shared_api.post("/v1/opinions", json=event["data"], headers={**binary(event), **wrong})

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_any_text_is_an_idempotency_key(shared_api: httpx.AsyncClient, model: str) -> None:
    async def ids(path: str, key: str, **more: Any) -> Any:
        body = {"type": "OpinionSubmitted", "model": model, "content": "Good.", **more}
        many = [body, {**body, "content": "Bad."}] if path == "/v1/events" else body
        answer = await shared_api.post(path, json=many, headers={"Idempotency-Key": key})
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        return answer.json().get("event_ids") or answer.json()["event_id"]

    key = f"run {uuid4()}, #1"
    for path in ("/v1/opinions", "/v1/events"):
        assert await ids(path, key) == await ids(path, key) != await ids(path, key + "x")
        assert await ids(path, key) != await ids(path, key, source="elsewhere")
    first, second = await ids("/v1/events", key)
    assert first != second
    own = str(uuid4())
    assert await ids("/v1/opinions", key, event_id=own) == own


async def test_a_client_may_wait_for_100_continue(shared_api: httpx.AsyncClient, model: str) -> None:
    body = json.dumps({"model": model, "content": "Good."}).encode()
    reader, writer = await asyncio.open_connection(shared_api.base_url.host, shared_api.base_url.port)
    head = "POST /v1/opinions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with closing(writer):
        writer.write(f"{head}Expect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        go_on = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        writer.write(body)
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)

    assert go_on.startswith(b"HTTP/1.1 100 ")
    assert answer.startswith(b"HTTP/1.1 202 ")
