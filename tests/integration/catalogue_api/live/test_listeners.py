"""How many may listen, and for how long each is heard of."""

import asyncio
import socket
import time

import httpx
import pytest
from catalogue_api.live import listeners, ring
from catalogue_messaging.settings import KafkaSettings
from support.access import bearer, make_key
from support.api import serving
from support.listening import listening, read_raw
from support.polling import eventually
from support.posting import post

REQUEST = b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def test_one_more_than_may_listen_is_told_to_come_again(
    topics: KafkaSettings, database_url: str
) -> None:
    async with serving(topics, database_url, max_listeners=2) as api:
        async with listening(api), listening(api):
            refused = await api.get("/v1/stream")
            assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE
            assert refused.headers["Content-Type"] == "application/problem+json"
            assert int(refused.headers["Retry-After"]) > 0

        async def status() -> int:
            async with api.stream("GET", "/v1/stream") as response:
                return response.status_code

        await eventually(status, lambda seen: seen == httpx.codes.OK, 5)


async def test_a_slow_listener_is_left_while_others_go_on(
    topics: KafkaSettings, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "MOST_MESSAGES", 20)
    async with serving(topics, database_url, head_timeout=60, body_timeout=60) as api:
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((api.base_url.host, api.base_url.port))
        slow.sendall(REQUEST)
        reader, writer = await asyncio.open_connection(sock=slow, limit=4096)
        async with listening(api) as quick:
            content = "x" * 50_000
            for number in range(200):
                opinion = {"model": "lab/a", "content": content, "author": str(number)}
                (await api.post("/v1/opinions", json=opinion)).raise_for_status()
            await quick.until(200)
            assert quick.of("author") == [str(number) for number in range(200)]

            read = await read_raw(reader, lambda found: found.endswith(b"\r\n0\r\n\r\n"))
            assert b"\n: too slow to be kept: connect again with Last-Event-ID" in read
            writer.close()
            [*_, last_id] = [line[4:] for line in read.decode().split("\n") if line.startswith("id: ")]
        async with listening(api, after=last_id) as again:
            missed = 200 - read.count(b"\nevent: ")
            await again.until(missed)
        assert again.of("author") == [str(number) for number in range(200 - missed, 200)]


async def test_who_takes_nothing_at_all_is_cut_off(topics: KafkaSettings, database_url: str) -> None:
    async with serving(topics, database_url, head_timeout=1, body_timeout=1) as api:
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((api.base_url.host, api.base_url.port))
        slow.sendall(REQUEST)
        async with listening(api) as quick:
            for number in range(200):
                opinion = {"model": "lab/a", "content": "x" * 50_000, "author": str(number)}
                (await api.post("/v1/opinions", json=opinion)).raise_for_status()
            await quick.until(200)

            async def listening_now() -> str:
                lines = (await api.get("/metrics")).text.splitlines()
                return next(line for line in lines if line.startswith("catalogue_api_listeners "))

            await eventually(listening_now, lambda line: line.endswith(" 1.0"), 10)
        slow.close()


async def test_silence_is_broken_so_that_proxies_keep_the_connection(
    live: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listeners, "HEARTBEAT", 0.1)
    reader, writer = await asyncio.open_connection(live.base_url.host, live.base_url.port)
    writer.write(REQUEST)
    await read_raw(reader, lambda found: found.count(b"\n: still here\n\n") >= 2)
    writer.close()


async def test_a_listener_whose_key_is_revoked_is_left_within_seconds(
    topics: KafkaSettings, database_url: str
) -> None:
    async with serving(topics, database_url, auth="required", public_reads=True) as api:
        admin, key = (
            bearer(await make_key(database_url, "admin", "events:write")),
            await make_key(database_url, "read"),
        )
        assert (await api.get("/v1/stream")).status_code == httpx.codes.UNAUTHORIZED
        async with listening(api, headers=admin) as stays, listening(api, headers=bearer(key)) as goes:
            ids = [each["id"] for each in (await api.get("/v1/api-keys", headers=admin)).json()["items"]]
            [listens] = [each for each in ids if each.replace("-", "") in key]
            (await api.delete(f"/v1/api-keys/{listens}", headers=admin)).raise_for_status()
            await goes.end(6)
            (
                await api.post("/v1/opinions", json={"model": "a/b", "content": "c"}, headers=admin)
            ).raise_for_status()
            await stays.until(1)
            assert goes.events == []


async def test_a_server_that_stops_waits_for_nobody_who_listens(
    topics: KafkaSettings, database_url: str
) -> None:
    async with serving(topics, database_url) as api:
        reader, writer = await asyncio.open_connection(api.base_url.host, api.base_url.port)
        writer.write(REQUEST)
        await read_raw(reader, lambda found: b"\nid: " in found)
        async with listening(api, after="results.reported.v1:0.0.0.0.0.0") as other:
            await post(api, 1)
            await other.until(1)
            stopping = time.monotonic()
    took = time.monotonic() - stopping

    assert b": this server stops: connect again" in await read_raw(reader, lambda _: False)
    writer.close()
    assert took < 3
