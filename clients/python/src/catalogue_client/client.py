"""The catalogue over HTTP, with what fails for a while repeated."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_delay,
    wait_random_exponential,
)

from catalogue_client.answers import (
    Json,
    RefusedError,
    UnreachableError,
    body_of,
    member,
    reasons,
    retry_after,
    said,
)
from catalogue_client.batching import line
from catalogue_client.following import TEMPORARY, Follower, Passing

DEFAULT_URL = "http://127.0.0.1:8000"
NDJSON = "application/x-ndjson"
LONGEST_WAIT = 30.0  # seconds between two tries, whatever Retry-After asks


class _TemporaryError(Exception):
    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


@dataclass(frozen=True, slots=True)
class Rejection:
    """An event that was not accepted: its place among those that were sent, and why."""

    index: int
    reason: str


class Catalogue:
    """A connection to the catalogue at `url`. What fails for a while is tried again for `patience` seconds.

    Each method raises UnreachableError, and RefusedError where the catalogue refuses. `on_retry` is told why.
    Everything that it sends can be sent again: events have ids, imports change what differs.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        api_key: str | None = None,
        patience: float = 30,
        on_retry: Callable[[str], None] | None = None,
    ) -> None:
        headers = {"User-Agent": "catalogue-client"} | (
            {"Authorization": f"Bearer {api_key}"} if api_key else {}
        )
        try:
            self._http = httpx.Client(base_url=url, headers=headers, timeout=30)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise _no_address(url, error) from error
        self._url = url
        self.patience = patience
        self._on_retry = on_retry

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def with_patience(self, seconds: float) -> Self:
        """The same connection, which gives up after `seconds`."""
        other = copy(self)
        other.patience = seconds
        return other

    def send(self, events: Sequence[Mapping[str, Any]]) -> list[Rejection]:
        """Submit a batch, at most as `batches` makes it, each with its `type` and `event_id`."""
        try:
            answer = self._lines("/v1/events", events)
        except RefusedError as refused:
            if "rejected" not in refused.body:
                raise
            answer = refused.body
        return [Rejection(item["index"], reasons(item["errors"])) for item in member(answer, "rejected")]

    def receipt(self, event_id: UUID | str) -> Json:
        """What became of an event: its `status`, and more."""
        receipt = self.get(f"/v1/events/{event_id}")
        member(receipt, "status")
        return receipt

    def receipts(self, event_ids: Sequence[UUID | str]) -> list[Json]:
        """What became of at most 100 events, in the order of their ids."""
        answer = self.get("/v1/events", ids=",".join(map(str, event_ids)))
        return list(member(answer, "items"))

    def upsert(self, path: str, rows: Sequence[Mapping[str, Any]]) -> Json:
        """Import reference data; `{"created", "updated", "unchanged", "rejected"}`."""
        try:
            answer = self._lines(path, rows)
        except RefusedError as refused:
            if "rejected" not in refused.body:
                raise
            answer = {"created": 0, "updated": 0, "unchanged": 0, "rejected": refused.body["rejected"]}
        member(answer, "rejected")
        return answer

    def items(self, path: str, **query: Any) -> Iterator[Json]:
        """A list's items, page after page."""
        cursor: str | None = None
        while True:
            page = self.get(path, **query, cursor=cursor)
            yield from member(page, "items")
            cursor = member(page, "next_cursor")
            if cursor is None:
                return

    def lines(self, path: str, **query: Any) -> Iterator[Json]:
        """All of a list's items, in one answer that is read as it comes; not tried again."""
        given = {"format": "ndjson"} | {name: value for name, value in query.items() if value is not None}
        try:
            with self._http.stream("GET", path, params=given) as response:
                if response.is_error:
                    response.read()
                    raise RefusedError(response.status_code, said(response), body_of(response))
                yield from map(json.loads, response.iter_lines())
        except httpx.TransportError as error:
            raise UnreachableError(f"The list {path} ended before it was whole: {error}") from error

    def follow(self, topics: Sequence[str] = (), after: str = "") -> Iterator[Passing]:
        """Events as they pass, without end: from now on, or behind the event with the id `after`."""
        return Follower(self._http, self.patience, self._on_retry).events(topics, after)

    def get(self, path: str, **query: Any) -> Json:
        given = {name: value for name, value in query.items() if value is not None}
        return self._ask("GET", path, params=given)

    def post(self, path: str, body: Mapping[str, Any]) -> Json:
        return self._ask("POST", path, json=body)

    def _lines(self, path: str, rows: Iterable[Mapping[str, Any]]) -> Json:
        body = "".join(line(row) for row in rows).encode()
        return self._ask("POST", path, content=body, headers={"Content-Type": NDJSON})

    def _ask(self, method: str, path: str, **request: Any) -> Json:
        trying = Retrying(
            retry=retry_if_exception_type(_TemporaryError),
            wait=_wait,
            stop=stop_after_delay(self.patience),
            before_sleep=self._tell,
            reraise=True,
        )
        try:
            return trying(self._once, method, path, **request)
        except _TemporaryError as given_up:
            raise UnreachableError(
                f"The catalogue at {self._url} {given_up}. Is it running, and is the address right "
                "(--url or CATALOGUE_URL)?"
            ) from given_up

    def _once(self, method: str, path: str, **request: Any) -> Json:
        try:
            response = self._http.request(method, path, **request)
        except httpx.UnsupportedProtocol as error:
            raise _no_address(self._url, error) from error
        except httpx.TransportError as error:
            raise _TemporaryError(f"does not answer ({error or type(error).__name__})") from error
        if response.status_code in TEMPORARY:
            raise _TemporaryError(f"answers {response.status_code}: {said(response)}", retry_after(response))
        body = body_of(response)
        if response.is_error or response.is_redirect:
            raise RefusedError(response.status_code, said(response), body)
        return body

    def _tell(self, state: RetryCallState) -> None:
        if self._on_retry and state.outcome and state.next_action:
            self._on_retry(
                f"The catalogue {state.outcome.exception()}; once more in {state.next_action.sleep:.0f} s"
            )


def _no_address(url: str, error: Exception) -> UnreachableError:
    return UnreachableError(f"{url} is no address of a catalogue, such as {DEFAULT_URL}: {error}")


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, _TemporaryError) and error.after is not None:
        return min(error.after, LONGEST_WAIT)
    return wait_random_exponential(multiplier=0.5, max=10)(state)
