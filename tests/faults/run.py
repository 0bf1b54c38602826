"""Faults in the order of a seed, on a system under load, and the reconciliation at the end."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

import httpx
from support.polling import eventually

from faults.faults import FAULTS
from faults.load import BENCHMARKS, MODELS, Json, Ledger, load
from faults.reconcile import Reconciliation, create_catalogue, reconcile
from faults.system import FaultySystem

RECOVERY = 120
"""Seconds at most until an event that is posted after a fault is a row."""
SETTLING = 120
"""Seconds at most until all stands, when the faults and the load have ended."""


@dataclass
class Outcome:
    """`recovered`: of each fault that struck the seconds from its end until a new event was a row."""

    seed: int
    reconciliation: Reconciliation
    refused: int
    recovered: dict[str, list[float]] = field(default_factory=dict)


async def strike(system: FaultySystem, names: Iterator[str] | Sequence[str], seed: int) -> Outcome:
    """Inject the faults one after another under load; what follows from the seed is the same each time."""
    random, ledger = Random(seed), Ledger()
    recovered: dict[str, list[float]] = {}
    await create_catalogue(system.api_url)
    async with load(system.api_url, ledger, random):
        for name in names:
            ledger.fault = name
            await FAULTS[name].inject(system, random)
            recovered.setdefault(name, []).append(await recovery(system, ledger))
    await create_catalogue(system.api_url, late=True)
    found = await reconcile(system, ledger, SETTLING)
    return Outcome(seed, found, ledger.refused, recovered)


async def recovery(system: FaultySystem, ledger: Ledger) -> float:
    """Seconds until an event that is posted now is a row; one of each kind, the slower counts."""
    started = time.monotonic()
    events = [_new("OpinionSubmitted", content="After a fault.")]
    events.append(_new("ResultReported", score=0.5, benchmark=BENCHMARKS[0], date_tested="2025-01-01"))
    async with httpx.AsyncClient(base_url=system.api_url, timeout=15) as api:

        async def accepted() -> bool:
            try:
                return (await api.post("/v1/events", json=events)).status_code == httpx.codes.ACCEPTED
            except httpx.TransportError:
                return False

        async def recorded() -> bool:
            try:
                receipts = [(await api.get(f"/v1/events/{each['event_id']}")).json() for each in events]
            except httpx.TransportError:
                return False
            return all(receipt.get("status") == "recorded" for receipt in receipts)

        await eventually(accepted, bool, RECOVERY)
        ledger.accept(events)
        await eventually(recorded, bool, RECOVERY)
    return time.monotonic() - started


def _new(kind: str, **fields: Any) -> Json:
    usual = {"event_id": str(uuid4()), "model": MODELS[0], "occurred_at": "2026-01-01T00:00:00+00:00"}
    return {"type": kind, **usual, **fields}
