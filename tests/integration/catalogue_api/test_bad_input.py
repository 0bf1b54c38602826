"""Whatever is sent: a 4xx problem that says what is wrong and where, nothing published for it, and the API
goes on.
"""

import gzip
import json
import uuid
from typing import Any

import httpx
import pytest
from backports import zstd
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.topics import OPINIONS_SUBMITTED, RESULTS_REPORTED
from support.api import published

NDJSON = {"Content-Type": "application/x-ndjson"}
JSON = {"Content-Type": "application/json"}
CLOUDEVENTS = {"Content-Type": "application/cloudevents-batch+json"}
DEEP = "[" * 100_000
STREAM = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
WIDE = STREAM.compress(b"{}") + STREAM.flush()


def result(**fields: Any) -> dict[str, Any]:
    return {"type": "ResultReported", "model": "MODEL", "benchmark": "b", "score": 1.5, **fields}


def opinion(**fields: Any) -> dict[str, Any]:
    return {"type": "OpinionSubmitted", "model": "MODEL", "content": "Good.", **fields}


def model_with(value: object) -> str:
    return json.dumps({"name": "a", "organization": "o", "metadata": {"a": value}})


def without(name: str, event: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key != name}


RAW_RESULT = '{"type": "ResultReported", "model": "MODEL", "benchmark": "b", "score": %s}'
RAW_OPINION = '{"type": "OpinionSubmitted", "model": "MODEL", "content": %s}'

INVALID_ITEMS: dict[str, tuple[str | bytes, str]] = {
    "NaN": (RAW_RESULT % "NaN", "/score"),
    "infinite": (RAW_RESULT % "-Infinity", "/score"),
    "over a double": (RAW_RESULT % "1e400", "/score"),
    "integer over a double": (RAW_RESULT % ("9" * 400), "/score"),
    "text as score": (RAW_RESULT % '"1.5"', "/score"),
    "boolean as score": (RAW_RESULT % "true", "/score"),
    "no score": (json.dumps(without("score", result())), "/score"),
    "NUL in text": (RAW_OPINION % r'"a\u0000b"', "/content"),
    "NUL in a tag": (json.dumps(opinion(tags=["fine", "a\0"])), "/tags/1"),
    "NUL in a name": (json.dumps(result(benchmark="a\0")), "/benchmark"),
    "lone surrogate": (RAW_OPINION % r'"\ud800"', ""),
    "no UTF-8": (RAW_OPINION.encode() % b'"\xff"', ""),
    "no date": (json.dumps(result(date_tested="9999-99-99")), "/date_tested"),
    "number as date": (json.dumps(result(date_tested=0)), "/date_tested"),
    "time without offset": (json.dumps(result(occurred_at="2025-01-01T00:00:00")), "/occurred_at"),
    "time in 2099": (json.dumps(result(occurred_at="2099-01-01T00:00:00Z")), "/occurred_at"),
    "tested in 9999": (json.dumps(result(date_tested="9999-12-31")), "/date_tested"),
    "published in 2099": (json.dumps(opinion(date_published="2099-01-01")), "/date_published"),
    "time before time": (json.dumps(result(occurred_at="0001-01-01T00:00:00+14:00")), "/occurred_at"),
    "unknown field": (json.dumps(result(mood="sunny")), "/mood"),
    "unknown field with slash and tilde": (json.dumps(result(**{"a/b~c": 1})), "/a~1b~0c"),
    "a field of the other type": (json.dumps(result(content="Good.")), "/content"),
    "unknown type": (json.dumps(result(type="ModelRetired")), "/type"),
    "no type": (json.dumps(without("type", result())), "/type"),
    "type that is no text": (json.dumps(result(type=["ResultReported"])), "/type"),
    "id that is no UUID": (json.dumps(result(event_id="42")), "/event_id"),
    "sentiment that is none": (json.dumps(opinion(sentiment="angry")), "/sentiment"),
    "empty content": (json.dumps(opinion(content="")), "/content"),
    "content over the limit": (json.dumps(opinion(content="x" * 50_001)), "/content"),
    "too many tags": (json.dumps(opinion(tags=["t"] * 33)), "/tags"),
    "a million wrong tags": (json.dumps(opinion(tags=[1] * 1_000_000)), ""),
    "empty name segment": (json.dumps(result(benchmark="a//b")), "/benchmark"),
    "dot segment": (json.dumps(result(benchmark="a/../b")), "/benchmark"),
    "name over the limit": (json.dumps(result(benchmark="x" * 256)), "/benchmark"),
    "hundreds of unknown fields": (json.dumps(result(**{f"f{n}": n for n in range(500)})), ""),
    "truncated": (RAW_RESULT[:40], ""),
    "deeply nested": (DEEP, ""),
    "not an object": ("[1]", ""),
    "number with too many digits": ("1" * 100_000, ""),
    "null": ("null", ""),
}


@pytest.mark.parametrize(("line", "pointer"), INVALID_ITEMS.values(), ids=INVALID_ITEMS)
async def test_an_invalid_line_is_reported_and_the_valid_one_published(
    shared_api: httpx.AsyncClient, kafka: KafkaSettings, model: str, line: str | bytes, pointer: str
) -> None:
    raw = line if isinstance(line, bytes) else line.encode()
    body = b"\n" + raw + b"\n" + json.dumps(result()).encode()
    answer = await shared_api.post(
        "/v1/events", content=body.replace(b"MODEL", model.encode()), headers=NDJSON
    )

    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    assert answer.json()["accepted"] == 1
    [rejected] = answer.json()["rejected"]
    assert rejected["index"] == 0
    [error] = rejected["errors"]
    assert error["pointer"] == pointer
    assert error["reason"]
    [message] = await published(kafka, RESULTS_REPORTED, model)
    assert json.loads(message.value)["event_id"] == answer.json()["event_ids"][0]
    assert await published(kafka, OPINIONS_SUBMITTED, model) == []


REFUSED: dict[str, tuple[dict[str, str], str | bytes, int]] = {
    "empty NDJSON": (NDJSON, "", 422),
    "blank NDJSON": (NDJSON, "\n \r\n", 422),
    "nothing valid": (NDJSON, "{", 422),
    "empty JSON": (JSON, "", 400),
    "empty array": (JSON, "[]", 422),
    "truncated JSON": (JSON, json.dumps([result()])[:-1], 400),
    "deeply nested JSON": (JSON, DEEP, 400),
    "JSON with a lone surrogate": (JSON, r'["\ud800"]', 400),
    "JSON that is no UTF-8": (JSON, b'["\xff"]', 400),
    "JSON text": (JSON, '"x"', 422),
    "no array of CloudEvents": (CLOUDEVENTS, "{}", 422),
    "text": ({"Content-Type": "text/plain"}, json.dumps(result()), 415),
    "a form": ({"Content-Type": "application/x-www-form-urlencoded"}, "a=b", 415),
    "no content type": ({}, json.dumps(result()), 415),
    "nonsense as content type": ({"Content-Type": ";;="}, json.dumps(result()), 415),
    "another charset": ({"Content-Type": "application/json; charset=utf-16"}, json.dumps(result()), 415),
    "compressed by an unknown method": ({**NDJSON, "Content-Encoding": "br"}, b"\x1f\x8b", 415),
    "no gzip": ({**NDJSON, "Content-Encoding": "gzip"}, b"{}", 400),
    "no zstd": ({**NDJSON, "Content-Encoding": "zstd"}, b"{}", 400),
    "cut off gzip": ({**NDJSON, "Content-Encoding": "gzip"}, gzip.compress(b"{}")[:-1], 400),
    "cut off zstd": ({**NDJSON, "Content-Encoding": "zstd"}, zstd.compress(b"{}")[:-1], 400),
    "gzip that unpacks to 100 MB": (
        {**NDJSON, "Content-Encoding": "gzip"},
        gzip.compress(b" " * 100_000_000),
        413,
    ),
    "zstd that unpacks to 100 MB": (
        {**NDJSON, "Content-Encoding": "zstd"},
        zstd.compress(b" " * 100_000_000),
        413,
    ),
    "zstd that asks for a window of 128 MB": ({**NDJSON, "Content-Encoding": "zstd"}, WIDE, 400),
    "millions of blank lines": (NDJSON, "\n" * 5_000_000, 413),
    "10,001 events": (NDJSON, "\n".join([json.dumps(result())] * 10_001), 413),
}


@pytest.mark.parametrize(("headers", "body", "status"), REFUSED.values(), ids=REFUSED)
async def test_a_body_without_a_valid_event_is_refused_as_a_whole(
    shared_api: httpx.AsyncClient,
    kafka: KafkaSettings,
    model: str,
    headers: dict[str, str],
    body: str | bytes,
    status: int,
) -> None:
    raw = body if isinstance(body, bytes) else body.encode()
    answer = await shared_api.post(
        "/v1/events", content=raw.replace(b"MODEL", model.encode()), headers=headers
    )

    assert_problem(answer, status)
    assert await published(kafka, RESULTS_REPORTED, model) == []
    assert (await shared_api.get("/livez")).status_code == httpx.codes.OK


async def test_when_nothing_is_valid_every_item_is_named(shared_api: httpx.AsyncClient) -> None:
    answer = await shared_api.post("/v1/events", json=[result(score="x", mood=1), opinion(content=1)])

    assert_problem(answer, 422)
    errors = {
        (item["index"], error["pointer"]) for item in answer.json()["rejected"] for error in item["errors"]
    }
    assert errors == {(0, "/score"), (0, "/mood"), (1, "/content")}


SINGLE: dict[str, tuple[str, str, dict[str, str], int, str]] = {
    "another type": ("/v1/opinions", json.dumps(result()), JSON, 422, "/type"),
    "an array": ("/v1/opinions", "[]", JSON, 422, ""),
    "unknown field": ("/v1/results", json.dumps(result(x=1)), JSON, 422, "/x"),
    "not finite": ("/v1/results", RAW_RESULT % "NaN", JSON, 422, "/score"),
    "key over the limit": (
        "/v1/results",
        json.dumps(result()),
        {**JSON, "Idempotency-Key": "x" * 256},
        422,
        "header:idempotency-key",
    ),
    "key that is another than the id": (
        "/v1/results",
        json.dumps(result(event_id=str(uuid.uuid4()))),
        {**JSON, "Idempotency-Key": str(uuid.uuid4())},
        422,
        "header:idempotency-key",
    ),
}


@pytest.mark.parametrize(("path", "body", "headers", "status", "pointer"), SINGLE.values(), ids=SINGLE)
async def test_a_single_event_that_is_wrong_is_refused(
    shared_api: httpx.AsyncClient, path: str, body: str, headers: dict[str, str], status: int, pointer: str
) -> None:
    answer = await shared_api.post(path, content=body, headers=headers)

    assert_problem(answer, status)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


CLOUDEVENT = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": "/x", "type": "ResultReported"}
DATA = {"model": "m", "benchmark": "b", "score": 1}
WRONG_CLOUDEVENTS: dict[str, tuple[dict[str, Any], str]] = {
    "id that is no UUID": ({**CLOUDEVENT, "id": "42", "data": DATA}, "/id"),
    "version": ({**CLOUDEVENT, "specversion": "0.3", "data": DATA}, "/specversion"),
    "no data": (CLOUDEVENT, "/data"),
    "unknown type": ({**CLOUDEVENT, "type": "x", "data": DATA}, "/type"),
    "wrong data": ({**CLOUDEVENT, "data": {**DATA, "score": "x"}}, "/data/score"),
    "another id in the data": (
        {**CLOUDEVENT, "data": {**DATA, "event_id": str(uuid.uuid4())}},
        "/data/event_id",
    ),
    "XML": ({**CLOUDEVENT, "datacontenttype": "text/xml", "data": DATA}, "/datacontenttype"),
}


@pytest.mark.parametrize(("event", "pointer"), WRONG_CLOUDEVENTS.values(), ids=WRONG_CLOUDEVENTS)
async def test_a_wrong_cloudevent_is_refused_with_a_pointer_into_it(
    shared_api: httpx.AsyncClient, event: dict[str, Any], pointer: str
) -> None:
    answer = await shared_api.post("/v1/events", content=json.dumps([event]), headers=CLOUDEVENTS)

    assert_problem(answer, 422)
    assert [error["pointer"] for item in answer.json()["rejected"] for error in item["errors"]] == [pointer]


REFERENCE: dict[str, tuple[str, str, str | None, int, str | None]] = {
    "no JSON": ("POST", "/v1/models", "{", 400, None),
    "nested too deep": ("POST", "/v1/models", '{"name": ' + DEEP, 400, None),
    "no name": ("POST", "/v1/models", '{"organization": "o"}', 422, "/name"),
    "dot segment": ("POST", "/v1/models", '{"name": "a/..", "organization": "o"}', 422, "/name"),
    "unknown field": ("POST", "/v1/models", '{"name": "a", "organization": "o", "x": 1}', 422, "/x"),
    "NUL in metadata": (
        "POST",
        "/v1/models",
        r'{"name": "a", "organization": "o", "metadata": {"a": ["\u0000"]}}',
        422,
        "/metadata",
    ),
    "NaN in metadata": (
        "POST",
        "/v1/models",
        '{"name": "a", "organization": "o", "metadata": {"a": NaN}}',
        422,
        "/metadata",
    ),
    "metadata over a double": (
        "POST",
        "/v1/models",
        '{"name": "a", "organization": "o", "metadata": {"a": 1e999}}',
        422,
        "/metadata",
    ),
    "metadata over 64 KiB": ("POST", "/v1/models", model_with("x" * 65_536), 422, "/metadata"),
    "metadata over 8 levels": ("POST", "/v1/models", model_with([[[[[[[[0]]]]]]]]), 422, "/metadata"),
    "metadata of many values": ("POST", "/v1/models", model_with([0] * 1_000), 422, "/metadata"),
    "metadata over 64 KiB in a change": (
        "PATCH",
        "/v1/models/a",
        json.dumps({"metadata": {"a": "x" * 65_536}}),
        422,
        "/metadata",
    ),
    "link that runs a script": (
        "POST",
        "/v1/benchmarks",
        '{"name": "a", "url": "javascript:alert(1)"}',
        422,
        "/url",
    ),
    "link that runs a script in a change": (
        "PATCH",
        "/v1/benchmarks/a",
        '{"url": " data:text/html,x"}',
        422,
        "/url",
    ),
    "use case of nobody": ("POST", "/v1/use-cases", '{"model": "x", "use_case": "y"}', 422, "/model"),
    "hundreds of unknown fields": (
        "POST",
        "/v1/models",
        json.dumps({f"f{n}": n for n in range(500)}),
        422,
        "",
    ),
    "array": ("PATCH", "/v1/models/a", "[]", 422, ""),
    "unknown model": ("GET", "/v1/models/no/body", None, 404, None),
    "NUL in a path": ("GET", "/v1/models/a%00b", None, 422, "path:name"),
    "no UTF-8 in a path": ("GET", "/v1/models/%ff", None, 404, None),
    "long path": ("GET", "/v1/models/" + "x" * 256, None, 422, "path:name"),
    "NUL in a filter": ("GET", "/v1/opinions?tag=%00", None, 422, "query:tag"),
    "unknown filter": ("GET", "/v1/results?modle=x", None, 422, "query:modle"),
    "date that is none": ("GET", "/v1/results?date_from=9999-99-99", None, 422, "query:date_from"),
    "sentiment that is none": ("GET", "/v1/opinions?sentiment=angry", None, 422, "query:sentiment"),
    "limit over the limit": ("GET", "/v1/models?limit=201", None, 422, "query:limit"),
    "limit of none": ("GET", "/v1/models?limit=0", None, 422, "query:limit"),
    "no cursor": ("GET", "/v1/models?cursor=%C3%A4", None, 422, "query:cursor"),
    "cursor of another list": ("GET", "/v1/models?cursor=WyJpZCIsMV0", None, 422, "query:cursor"),
    "cursor over an integer": (
        "GET",
        "/v1/results?cursor=WyJpZCIsOTk5OTk5OTk5OTk5OV0",
        None,
        422,
        "query:cursor",
    ),
    "id over an integer": ("GET", "/v1/results/9999999999999999999999", None, 422, "path:result_id"),
    "id that is no number": ("GET", "/v1/opinions/x", None, 422, "path:opinion_id"),
    "event id that is no UUID": ("GET", "/v1/events/x", None, 422, "path:event_id"),
    "ranking of nothing": ("GET", "/v1/rankings/x", None, 404, None),
    "nothing there": ("GET", "/nowhere", None, 404, None),
    "another method": ("PUT", "/v1/models", "{}", 405, None),
}


@pytest.mark.parametrize(("method", "path", "body", "status", "pointer"), REFERENCE.values(), ids=REFERENCE)
async def test_a_wrong_request_for_reference_data_is_refused(
    shared_api: httpx.AsyncClient, method: str, path: str, body: str | None, status: int, pointer: str | None
) -> None:
    answer = await shared_api.request(method, path, content=body, headers=JSON if body else {})

    assert_problem(answer, status)
    assert [error["pointer"] for error in answer.json().get("errors", [])] == [
        given for given in [pointer] if given is not None
    ]


def assert_problem(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert problem["detail"]
    assert "Traceback" not in answer.text
