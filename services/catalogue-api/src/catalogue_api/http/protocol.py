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
LATE = Refusal(HTTPStatus.REQUEST_TIMEOUT, "The request took too long to arrive.")
CROWDED = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "There are too many connections: try again in a second.")


def bounded_protocol(connections: int, silence: float) -> type[HttpToolsProtocol]:
    """A protocol for `uvicorn.Config(http=…)`.

    `silence` is in seconds: from a connection's begin, or from its last answer, until it has sent the whole
    head of its next request.
    """
    return type("Bounded", (BoundedProtocol,), {"max_connections": connections, "silence": silence})


class BoundedProtocol(HttpToolsProtocol):
    max_connections: ClassVar[int]
    silence: ClassVar[float]

    _silent_since: float | None = None
    _watch: asyncio.TimerHandle | None = None
    _spare = 0
    """Bytes that came since the last message's end and are no body: heads, frames of chunks, trailers."""
    _refusal = MALFORMED

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._silent_since = self.loop.time()
        if len(self.connections) > self.max_connections:
            self._refuse(CROWDED)
        else:
            self._check_silence()

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
        self._silent_since = None

    def on_body(self, body: bytes) -> None:
        self._spare = max(0, self._spare - len(body) * (1 + FRAMING))
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._spare = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (Uvicorn's own words, in plain text)
        self._refuse(self._refusal)

    def on_response_complete(self) -> None:
        """As Uvicorn's, but for the timer that it makes for each answer: `silence` holds here too."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self._silent_since = self.loop.time()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        cycle.transport = OneWrite(self.transport, self.loop)
        super()._start_asgi_task(cycle, app)

    def _head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _check_silence(self) -> None:
        now = self.loop.time()
        since = now if self._silent_since is None else self._silent_since
        if since + self.silence > now:
            self._watch = self.loop.call_at(since + self.silence, self._check_silence)
        elif self._spare:
            self._refuse(LATE)
        else:
            self.transport.close()

    def _refuse(self, refusal: Refusal) -> None:
        self.transport.write(refusal.answer)
        self.transport.close()
