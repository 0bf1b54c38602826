"""Sending events, and waiting for what becomes of them."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from catalogue_client.answers import CatalogueError, Json, RefusedError, UnreachableError
from catalogue_client.batching import batches
from catalogue_client.client import Catalogue

SETTLED = {"recorded", "retracted", "erased", "waiting", "dead_lettered", "discarded"}
ROUND = 100
"""Receipts asked for in one request."""
PAUSE = 0.5  # seconds between two rounds of questions
TO_REFUSE = 2.0  # seconds after which an event with another's id is refused, if it is

T = TypeVar("T")
Tick = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event as JSON, and where it comes from."""

    event: Mapping[str, Any]
    place: str


@dataclass(slots=True)
class Delivered:
    """`refused` are reasons and places; `receipts` of those that were accepted, by id, once asked for."""

    accepted: list[Outgoing] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    receipts: dict[str, Json] = field(default_factory=dict)
    broken_off: CatalogueError | None = None


def deliver(catalogue: Catalogue, outgoing: Sequence[Outgoing], tick: Tick) -> Delivered:
    """Send all in batches. Where the catalogue goes away, `broken_off` says so, and the rest is not sent."""
    delivered = Delivered()
    for start, events in batches([each.event for each in outgoing]):
        try:
            rejected = {each.index: each.reason for each in catalogue.send(events)}
        except CatalogueError as error:
            delivered.broken_off = error
            break
        for index in range(len(events)):
            each = outgoing[start + index]
            if index in rejected:
                delivered.refused.append((rejected[index], each.place))
            else:
                delivered.accepted.append(each)
        tick(len(events))
    return delivered


def wait(catalogue: Catalogue, delivered: Delivered, seconds: float, tick: Tick) -> None:
    """Ask for receipts until each event is settled, or `seconds` are over; for none of what was broken off.

    A receipt that says `recorded` at once may be that of an earlier import, with another value: those are
    asked for once more, when the catalogue has had time to refuse this one.
    """
    if delivered.broken_off:
        return
    sent = time.monotonic()
    deadline = sent + seconds
    pending = [str(each.event["event_id"]) for each in delivered.accepted]
    early: list[str] = []
    while pending and time.monotonic() < deadline:
        still: list[str] = []
        for some in rounds(pending):
            receipts = _ask(catalogue, some, deadline)
            settled = [each for each in some if _status(receipts, each) in SETTLED]
            delivered.receipts |= receipts
            early += [] if time.monotonic() > sent + TO_REFUSE else settled
            still += [each for each in some if _status(receipts, each) not in SETTLED]
            tick(len(settled))
        pending = still
        _sleep(PAUSE if pending else 0, deadline)
    if early:
        _sleep(sent + TO_REFUSE - time.monotonic(), deadline)
        for some in rounds(early):
            again = _ask(catalogue, some, deadline)
            delivered.receipts |= {each: again[each] for each in again if _status(again, each) in SETTLED}


def _ask(catalogue: Catalogue, event_ids: Sequence[str], deadline: float) -> dict[str, Json]:
    """Nothing, when the time is over or the catalogue cannot say for now."""
    left = deadline - time.monotonic()
    if left <= 0:
        return {}
    try:
        receipts = catalogue.with_patience(left).receipts(event_ids)
    except (UnreachableError, RefusedError):
        return {}
    return dict(zip(event_ids, receipts, strict=True))


def rounds(event_ids: Sequence[T]) -> list[Sequence[T]]:
    """As many as one request may ask for."""
    return [event_ids[start : start + ROUND] for start in range(0, len(event_ids), ROUND)]


def _status(receipts: Mapping[str, Json], event_id: str) -> str:
    return str(receipts[event_id]["status"]) if event_id in receipts else "unknown"


def _sleep(seconds: float, deadline: float) -> None:
    time.sleep(max(0, min(seconds, deadline - time.monotonic())))
