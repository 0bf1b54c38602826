"""Through a real socket: a body that is too large is refused before it is read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing

import httpx

NDJSON = {"Content-Type": "application/x-ndjson"}
MIB = 1024 * 1024


async def test_a_body_of_100_mb_is_refused_by_its_declared_length_without_being_read(
    shared_api: httpx.AsyncClient,
) -> None:
    reader, writer = await asyncio.open_connection(shared_api.base_url.host, shared_api.base_url.port)
    head = "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
    with closing(writer):
        writer.write(f"{head}Content-Length: {100 * MIB}\r\n\r\n".encode())
        await writer.drain()
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)

    assert answer.startswith(b"HTTP/1.1 413")
    assert b"application/problem+json" in answer
    assert (await shared_api.get("/livez")).status_code == httpx.codes.OK


async def test_a_client_that_sends_100_mb_all_the_same_reads_the_refusal(
    shared_api: httpx.AsyncClient,
) -> None:
    answer = await shared_api.post("/v1/events", content=b"x" * 100 * MIB, headers=NDJSON)

    assert answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert "10,485,760 bytes" in answer.json()["detail"]


async def test_a_body_of_unknown_length_is_refused_once_it_is_over_the_limit(
    shared_api: httpx.AsyncClient,
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * MIB

    for path in ("/v1/events", "/v1/models/import"):
        answer = await shared_api.post(path, content=chunks(), headers=NDJSON)
        assert answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
        assert answer.headers["Content-Type"] == "application/problem+json"


async def test_json_bodies_are_limited_too(shared_api: httpx.AsyncClient) -> None:
    answer = await shared_api.post("/v1/models", json={"name": "x" * 11 * MIB})

    assert answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert answer.headers["Content-Type"] == "application/problem+json"
