"""`/livez`, `/readyz` and `/metrics` of a worker, answered by a thread of their own.

A thread, so that a blocked event loop is reported rather than shared.
"""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Check = Callable[[], Awaitable[None]]
"""Raises when what it checks cannot be used now."""

CHECK_TIMEOUT = 3
"""Seconds a readiness check may take."""


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the overridden name)
        """Probes come every few seconds: not worth a line each."""


class Health:
    """Answers for the worker on this event loop.

    `fault` says what is wrong with the process itself, or None; a process with a fault should be restarted.
    `checks` are what it needs from outside: restarting it would not bring that back.
    """

    def __init__(self, fault: Callable[[], str | None], checks: Mapping[str, Check]) -> None:
        self._fault = fault
        self._checks = checks
        self._loop = asyncio.get_running_loop()
        self._metrics = make_wsgi_app()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            page: Iterable[bytes] = self._metrics(environ, start_response)
            return page
        if path == "/livez":
            fault = self._fault()
            return _answer(start_response, fault is None, {"status": fault or "ok"})
        if path == "/readyz":
            states = {name: self._state(check) for name, check in self._checks.items()}
            ready = all(state == "ok" for state in states.values())
            return _answer(start_response, ready, {"status": "ok" if ready else "not ready", **states})
        start_response("404 Not Found", [("Content-Length", "0")])
        return []

    def _state(self, check: Check) -> str:
        async def bounded() -> None:
            async with asyncio.timeout(CHECK_TIMEOUT):
                await check()

        future = asyncio.run_coroutine_threadsafe(bounded(), self._loop)
        try:
            future.result(CHECK_TIMEOUT + 1)
        except Exception as error:  # noqa: BLE001 (whatever it is, the answer is: not ready, for this reason)
            future.cancel()
            return f"unavailable: {type(error).__name__}"
        return "ok"


def serve(app: "WSGIApplication", host: str, port: int) -> AbstractContextManager[WSGIServer]:
    """Listen now, and answer until the context ends. Raises OSError where the port is taken."""
    server = make_server(host, port, app, ThreadingWSGIServer, Quiet)
    return _answering(server)


@contextmanager
def _answering(server: WSGIServer) -> Iterator[WSGIServer]:
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class Heartbeat:
    """Knows whether the event loop still turns."""

    def __init__(self, limit: float = 15) -> None:
        self._limit = limit
        self._last = time.monotonic()

    async def beat(self) -> None:
        while True:
            self._last = time.monotonic()
            await asyncio.sleep(1)

    @property
    def stopped(self) -> bool:
        return time.monotonic() - self._last > self._limit


def _answer(start_response: "StartResponse", good: bool, body: dict[str, str]) -> list[bytes]:
    payload = json.dumps(body).encode()
    status = "200 OK" if good else "503 Service Unavailable"
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(payload)))])
    return [payload]
