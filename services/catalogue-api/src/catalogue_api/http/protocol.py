"""Uvicorn's HTTP protocol, with bounds that it has no settings for.

How many connections there may be, how long one may be silent, and how large a request's head may be.
"""

import asyncio
from http import HTTPStatus
from typing import ClassVar

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from catalogue_api.http.problems import problem_response
from catalogue_api.http.writing import OneWrite

MAX_HEAD_BYTES = 64 * 1024
MAX_PIPELINED = 10
"""Requests of a connection that wait for the one before them."""
LATE = "catalogue.late"
"""In the scope of a request whose body took too long: its connection is closed, and not by the client."""
FRAMING = 8
"""Bytes around each byte of a body: five where each is a chunk of its own."""


class Refusal:
    """An answer to what is no request yet, after which the connection is closed."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        headers = {"Connection": "close", **({"Retry-After": "1"} if status >= 500 else {})}
        response = problem_response(status, detail, headers)
        lines = [b"HTTP/1.1 %d %s" % (status, status.phrase.encode())]
        lines += [name + b": " + value for name, value in response.raw_headers]
        self.answer = b"\r\n".join([*lines, b"", bytes(response.body)])


class RefusedError(Exception):
    """Ends the parsing of what has come."""


MALFORMED = Refusal(HTTPStatus.BAD_REQUEST, "This is no request in HTTP/1.1.")
PIPELINED = Refusal(HTTPStatus.BAD_REQUEST, f"Over {MAX_PIPELINED} requests wait: read the answers first.")
LARGE_HEAD = Refusal(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"The headers are over {MAX_HEAD_BYTES:,} bytes."
)
TOO_SLOW = Refusal(HTTPStatus.REQUEST_TIMEOUT, "The request took too long to arrive.")
CROWDED = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "There are too many connections: try again in a second.")


def bounded_protocol(connections: int, head: float, body: float) -> type[HttpToolsProtocol]:
    """A protocol for `uvicorn.Config(http=…)`.

    `head` is how many seconds a request's head may take from the connection's begin or its last answer, and
    `body` how many its body from there.
    """
    limits = {"max_connections": connections, "head_timeout": head, "body_timeout": body}
    return type("Bounded", (BoundedProtocol,), limits)


class BoundedProtocol(HttpToolsProtocol):
    max_connections: ClassVar[int]
    head_timeout: ClassVar[float]
    body_timeout: ClassVar[float]

    _due: float | None = None
    """When what the client has to send next must have arrived; None while it waits for an answer."""
    _watch: asyncio.TimerHandle | None = None
    _waits = 0
    """Bytes that the client has not taken, when it was last looked, and since when these are as many."""
    _waits_since = 0.0
    _spare = 0
    """Bytes that came since the last message's end and are no body: heads, frames of chunks, trailers."""
    _refusal = MALFORMED

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._due = self.loop.time() + self.head_timeout
        if len(self.connections) > self.max_connections:
            self._refuse(CROWDED)
        else:
            self._check()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._watch is not None:
            self._watch.cancel()

    def data_received(self, data: bytes) -> None:
        self._spare += len(data)
        super().data_received(data)
        if self._spare > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(LARGE_HEAD)

    # What httptools calls while it parses. An exception ends the parsing, and `send_400_response` follows.

    def on_headers_complete(self) -> None:
        # One read may hold a head and much of a body.
        if self._spare > MAX_HEAD_BYTES and self._head_bytes() > MAX_HEAD_BYTES:
            self._refusal = LARGE_HEAD
        elif len(self.pipeline) >= MAX_PIPELINED:
            self._refusal = PIPELINED
        if self._refusal is not MALFORMED:
            raise RefusedError
        super().on_headers_complete()
        self._due = self.loop.time() + self.body_timeout

    def on_body(self, body: bytes) -> None:
        self._spare = max(0, self._spare - len(body) * (1 + FRAMING))
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._spare = 0
        super().on_message_complete()
        if not self.cycle.response_complete:
            self._due = None

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (Uvicorn's own words, in plain text)
        self._refuse(self._refusal)

    def on_response_complete(self) -> None:
        """As Uvicorn's, but for the timer that it makes for each answer: there is one already."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self._due = self.loop.time() + self.head_timeout

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        cycle.transport = OneWrite(self.transport, self.loop)
        super()._start_asgi_task(cycle, app)

    def _head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _check(self) -> None:
        now, shortest = self.loop.time(), min(self.head_timeout, self.body_timeout)
        due = self._due or now + shortest
        if self._unread_for(shortest, now):
            self.transport.abort()
        elif due > now:
            self._watch = self.loop.call_at(min(due, now + shortest), self._check)
        elif self._answering():
            self.scope[LATE] = True  # type: ignore[literal-required]
            self._refuse(TOO_SLOW)
        elif self._spare:
            self._refuse(TOO_SLOW)
        else:
            self._close()

    def _unread_for(self, seconds: float, now: float) -> bool:
        """Whether the client has read nothing of what waits for it, for as long."""
        waits = self.transport.get_write_buffer_size()
        if waits == 0 or waits != self._waits:
            self._waits, self._waits_since = waits, now
        return waits > 0 and now - self._waits_since >= seconds

    def _close(self) -> None:
        """Once what waits is sent, or at the latest after a time."""
        self.transport.close()
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self.loop.call_later(min(self.head_timeout, self.body_timeout), self.transport.abort)

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, refusal: Refusal) -> None:
        if not (self._answering() and self.cycle.response_started):
            self.transport.write(refusal.answer)
        self._close()
