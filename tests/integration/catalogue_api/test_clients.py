"""Clients that exist: CloudEvents' own SDK, and curl."""

import asyncio
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Any
from uuid import uuid4

import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.topics import OPINIONS_SUBMITTED
from cloudevents.core.bindings.http import HTTPMessage, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from support.api import published


@pytest.mark.parametrize("mode", [to_binary_event, to_structured_event])
async def test_cloudevents_sdk_sends_an_event_again_and_again(
    shared_api: httpx.AsyncClient, kafka: KafkaSettings, model: str, mode: Callable[[CloudEvent], HTTPMessage]
) -> None:
    event_id = str(uuid4())
    attributes = {"type": "OpinionSubmitted", "source": "/tests", "id": event_id, "specversion": "1.0"}
    message = mode(
        CloudEvent(
            {**attributes, "datacontenttype": "application/json"}, {"model": model, "content": "Good."}
        )
    )
    for _ in range(2):
        answer = await shared_api.post("/v1/events", content=message.body, headers=message.headers)
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        assert event_id in answer.text

    stands = await published(kafka, OPINIONS_SUBMITTED, model)
    assert {json.loads(record.value)["event_id"] for record in stands} == {event_id}


async def curl(*arguments: str) -> tuple[str, int]:
    """The answer's body and status."""
    silent = ("--silent", "--show-error", "--max-time", "20", "--write-out", "\n%{http_code}")
    process = await asyncio.create_subprocess_exec(
        "curl", *silent, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    body, _, status = out.decode().rpartition("\n")
    return body, int(status)


def opinion(model: str, content: str = "Good.") -> dict[str, Any]:
    return {"type": "OpinionSubmitted", "model": model, "content": content}


async def test_curl_posts_a_large_file_and_a_packed_one(
    shared_api: httpx.AsyncClient, kafka: KafkaSettings, model: str, tmp_path: Path
) -> None:
    # Over a mebibyte curl asks first: Expect: 100-continue.
    lines = b"".join(json.dumps(opinion(model, token_hex(5_000))).encode() + b"\n" for _ in range(200))
    (tmp_path / "plain").write_bytes(lines)
    (tmp_path / "packed").write_bytes(gzip.compress(lines))
    ndjson = ("--header", "Content-Type: application/x-ndjson", f"{shared_api.base_url}/v1/events")

    for options in (("plain",), ("packed", "--header", "Content-Encoding: gzip")):
        name, *headers = options
        body, status = await curl("--data-binary", f"@{tmp_path / name}", *headers, *ndjson)
        assert (status, json.loads(body)["accepted"]) == (202, 200), body
    assert len(await published(kafka, OPINIONS_SUBMITTED, model)) == 400


@pytest.mark.parametrize("version", ["--http1.0", "--http1.1", "--http2"])
async def test_curl_reads_with_any_version_of_http(shared_api: httpx.AsyncClient, version: str) -> None:
    body, status = await curl(version, "--compressed", f"{shared_api.base_url}/v1/models?limit=1")
    assert status == httpx.codes.OK
    assert "items" in json.loads(body)
