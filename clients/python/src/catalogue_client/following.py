"""Events as they pass: the catalogue's stream, which goes on where it broke off.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import json
from collections.abc import Callable, Iterator, Sequence
from time import monotonic, sleep
from typing import NamedTuple

import httpx
from httpx_sse import SSEError, connect_sse

from catalogue_client.answers import CatalogueError, Json, RefusedError, UnreachableError, body_of, said

SILENCE = 45.0
"""Seconds without a word, after which the connection is gone: the catalogue says something every fifteen."""
PAUSE = 2.0
TEMPORARY = {429, 502, 503, 504}


class Passing(NamedTuple):
    """`id` leads behind the event; `data` has its topic, partition, offset and time, and the event itself."""

    id: str
    name: str
    data: Json


class _GoneError(Exception):
    """The stream ended, or did not begin, for a reason that passes."""


class Follower:
    """Iterates over events without end; without a connection it tries again for `patience` seconds.

    Raises UnreachableError, and RefusedError where the catalogue refuses. `on_retry` is told why.
    """

    def __init__(self, http: httpx.Client, patience: float, on_retry: Callable[[str], None] | None) -> None:
        self._http = http
        self._patience = patience
        self._on_retry = on_retry
        self._gone_since: float | None = None

    def events(self, topics: Sequence[str], after: str) -> Iterator[Passing]:
        while True:
            try:
                for passing in self._connected(topics, after):
                    after = passing.id or after
                    if passing.data:
                        yield passing
            except (_GoneError, httpx.TransportError) as error:
                self._wait(f"The catalogue at {self._http.base_url} is gone: {error or type(error).__name__}")
            except SSEError as error:
                raise CatalogueError(
                    "The answer is no stream: is this a catalogue, of this version?"
                ) from error

    def _connected(self, topics: Sequence[str], after: str) -> Iterator[Passing]:
        request = {
            "params": {"topic": [*topics]},
            "headers": {"Last-Event-ID": after} if after else {},
            "timeout": httpx.Timeout(30, read=SILENCE),
        }
        with connect_sse(self._http, "GET", "/v1/stream", **request) as source:
            response = source.response
            if response.is_error:
                response.read()
                if response.status_code in TEMPORARY:
                    raise _GoneError(said(response))
                raise RefusedError(response.status_code, said(response), body_of(response))
            self._gone_since = None
            for event in source.iter_sse():
                yield Passing(event.id, event.event, json.loads(event.data) if event.data else {})
        raise _GoneError("it ended the stream")

    def _wait(self, why: str) -> None:
        self._gone_since = self._gone_since or monotonic()
        if monotonic() - self._gone_since > self._patience:
            raise UnreachableError(why)
        if self._on_retry:
            self._on_retry(f"{why}; once more in {PAUSE:.0f} s")
        sleep(PAUSE)
