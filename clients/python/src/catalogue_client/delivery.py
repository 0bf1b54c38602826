"""Sending events, and waiting for what becomes of them."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from catalogue_client.answers import CatalogueError, Json, RefusedError, UnreachableError
from catalogue_client.batching import batches
from catalogue_client.client import Catalogue

SETTLED = {"recorded", "retracted", "waiting", "dead_lettered", "discarded"}
AT_ONCE = 8
"""Receipts asked for side by side."""
ROUND = 400
PAUSE = 0.5  # seconds between two rounds of questions

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
    """Ask for receipts until each event is settled, or `seconds` are over."""
    deadline = time.monotonic() + seconds
    pending = [str(each.event["event_id"]) for each in delivered.accepted]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while pending and time.monotonic() < deadline:
            still: list[str] = []
            for start in range(0, len(pending), ROUND):
                some = pending[start : start + ROUND]
                left = deadline - time.monotonic()
                if left <= 0:
                    still += some
                    continue
                asking = catalogue.with_patience(left)
                receipts = dict(zip(some, pool.map(partial(_receipt, asking), some), strict=True))
                delivered.receipts |= receipts
                settled = sum(receipt["status"] in SETTLED for receipt in receipts.values())
                still += [each for each in some if receipts[each]["status"] not in SETTLED]
                tick(settled)
            pending = still
            if pending:
                time.sleep(max(0, min(PAUSE, deadline - time.monotonic())))


def _receipt(catalogue: Catalogue, event_id: str) -> Json:
    """`unknown` where the catalogue cannot say for now."""
    try:
        return catalogue.receipt(event_id)
    except (UnreachableError, RefusedError):
        return {"event_id": event_id, "status": "unknown", "conflicts": []}
