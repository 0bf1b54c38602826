"""`/livez`, `/readyz` and `/metrics` of a worker, answered by threads of their own.

Threads, so that a blocked event loop is reported rather than shared.
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from catalogue_runtime.checks import CHECK_TIMEOUT, Check, Checks

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_CONNECTIONS = 16
"""Probes and scrapes at a time; one more is closed unanswered."""
SILENCE = 5
"""Seconds for which a client may say nothing."""


class ProbeServer(ThreadingWSGIServer):
    """Bounded: whoever connects and says nothing holds a thread for a few seconds, and only a few can."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away or kept silent is not worth a traceback."""


class QuietHandler(WSGIRequestHandler):
    timeout = SILENCE

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the overridden name)
        """Probes come every few seconds: not worth a line each."""


class Health:
    """Answers for the worker on this event loop.

    `fault` says what is wrong with the process itself, or None; a process with a fault should be restarted.
    `checks` are what it needs from outside: restarting it would not bring that back.
    """

    def __init__(self, fault: Callable[[], str | None], checks: Mapping[str, Check]) -> None:
        self._fault = fault
        self._checks = Checks(checks)
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
            states = self._states()
            ready = all(state == "ok" for state in states.values())
            return _answer(start_response, ready, {"status": "ok" if ready else "not ready", **states})
        start_response("404 Not Found", [("Content-Length", "0")])
        return []

    def _states(self) -> dict[str, str]:
        future = asyncio.run_coroutine_threadsafe(self._checks.states(), self._loop)
        try:
            return future.result(CHECK_TIMEOUT + 1)
        except TimeoutError:
            future.cancel()
            return {"event_loop": "blocked"}


def serve(app: "WSGIApplication", host: str, port: int) -> AbstractContextManager[WSGIServer]:
    """Listen now, and answer until the context ends. Raises OSError where the port is taken."""
    server = make_server(host, port, app, ProbeServer, QuietHandler)
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
