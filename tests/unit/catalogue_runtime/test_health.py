import asyncio
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import ExitStack

import httpx
import pytest
from catalogue_messaging.metrics import RETRIES
from catalogue_runtime import checks, health
from catalogue_runtime.checks import Check
from catalogue_runtime.health import MAX_CONNECTIONS, Health, Heartbeat, serve


class Answers:
    """Health answers on a port of their own, with a fault and checks that tests change."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self.checks: dict[str, Check] = {}
        self.url = ""

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient() as client:
            return await client.get(self.url + path)


@pytest.fixture
async def answers() -> AsyncIterator[Answers]:
    state = Answers()
    with serve(Health(lambda: state.fault, state.checks), "127.0.0.1", 0) as server:
        state.url = f"http://127.0.0.1:{server.server_port}"
        yield state


async def works() -> None:
    return


async def is_away() -> None:
    raise ConnectionError("postgresql://user:secret@host")


async def test_livez_is_ok_whatever_is_away(answers: Answers) -> None:
    answers.checks["database"] = is_away
    response = await answers.get("/livez")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_livez_fails_with_the_fault_of_the_process(answers: Answers) -> None:
    answers.fault = "the event loop is blocked"
    response = await answers.get("/livez")
    assert (response.status_code, response.json()) == (503, {"status": "the event loop is blocked"})


async def test_readyz_is_ok_when_all_checks_are(answers: Answers) -> None:
    answers.checks |= {"database": works, "kafka": works}
    response = await answers.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "kafka": "ok"}


async def test_readyz_says_which_check_fails_without_its_secrets(answers: Answers) -> None:
    answers.checks |= {"database": is_away, "kafka": works}
    response = await answers.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {
        "status": "not ready",
        "database": "unavailable: ConnectionError",
        "kafka": "ok",
    }


async def test_a_check_that_hangs_counts_as_failed(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "CHECK_TIMEOUT", 0.05)
    answers.checks["database"] = asyncio.Event().wait  # type: ignore[assignment]
    response = await answers.get("/readyz")
    assert (response.status_code, response.json()["database"]) == (503, "unavailable: TimeoutError")


async def test_any_other_path_is_not_found(answers: Answers) -> None:
    assert (await answers.get("/")).status_code == 404


async def test_metrics_are_in_the_format_of_prometheus(answers: Answers) -> None:
    RETRIES.labels("a-topic-of-this-test").inc()
    response = await answers.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    assert 'catalogue_retries_total{topic="a-topic-of-this-test"} 1.0' in response.text


async def test_a_blocked_event_loop_is_answered_for_and_noticed() -> None:
    heartbeat = Heartbeat(limit=0.2)
    beating = asyncio.create_task(heartbeat.beat())
    await asyncio.sleep(0)
    assert not heartbeat.stopped
    health = Health(lambda: "blocked" if heartbeat.stopped else None, {})
    with serve(health, "127.0.0.1", 0) as server:
        assert refused_while_blocked(f"http://127.0.0.1:{server.server_port}/livez")
    beating.cancel()


def refused_while_blocked(url: str) -> bool:
    """Ask until the answer is a refusal, and block the event loop all the while."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError as refusal:
            return refusal.code == 503
    return False


def test_a_taken_port_is_an_error_at_once() -> None:
    with serve(lambda *_: [], "127.0.0.1", 0) as server, pytest.raises(OSError, match="in use"):
        serve(lambda *_: [], "127.0.0.1", server.server_port)


def test_silent_connections_hold_a_bounded_number_of_threads() -> None:
    with serve(lambda *_: [], "127.0.0.1", 0) as server, ExitStack() as clients:
        address = ("127.0.0.1", server.server_port)
        before = threading.active_count()
        for _ in range(MAX_CONNECTIONS):
            clients.enter_context(socket.create_connection(address))
        one_more = clients.enter_context(socket.create_connection(address, timeout=10))
        assert one_more.recv(1) == b""
        assert threading.active_count() - before <= MAX_CONNECTIONS


async def test_a_client_that_keeps_silent_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.QuietHandler, "timeout", 0.1)
    with serve(lambda *_: [], "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.server_port)
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        writer.close()
