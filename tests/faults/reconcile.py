"""What stands in the database against the ledger of what was accepted."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import httpx

from faults.load import BENCHMARKS, MODELS, UNKNOWN, Key, Ledger
from faults.system import FaultySystem

ROWS = "SELECT event_id FROM opinions UNION ALL SELECT event_id FROM result_reports"
LETTERS = "SELECT event_id FROM dead_letters WHERE status <> 'recorded'"
STANDING = """
SELECT m.name AS model, b.name AS benchmark, r.date_tested::text AS day, r.score
FROM benchmark_results r JOIN models m ON m.id = r.model_id JOIN benchmarks b ON b.id = r.benchmark_id
"""


@dataclass
class Reconciliation:
    """`missing` and `twice` count events by the fault during which they were accepted; `strangers` are rows
    that nobody was promised, `wrong` results that stand and should not.
    """

    accepted: Counter[str]
    missing: Counter[str]
    twice: Counter[str]
    strangers: int
    wrong: int

    @property
    def holds(self) -> bool:
        return not (self.missing.total() or self.twice.total() or self.strangers or self.wrong)


async def create_catalogue(url: str, *, late: bool = False) -> None:
    """The models and benchmarks that events name; the one that appears late, later."""
    async with httpx.AsyncClient(base_url=url, timeout=30) as api:
        for name in [UNKNOWN] if late else MODELS:
            answer = await api.post("/v1/models", json={"name": name, "organization": "lab"})
            answer.raise_for_status()
        for name in () if late else BENCHMARKS:
            (await api.post("/v1/benchmarks", json={"name": name})).raise_for_status()


async def reconcile(system: FaultySystem, ledger: Ledger, seconds: float) -> Reconciliation:
    """Once every event stands and the standing results are right, or after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        found = await _compare(system.postgres.url, ledger)
        if found.holds or time.monotonic() > deadline:
            return found
        await asyncio.sleep(0.5)


async def _compare(url: str, ledger: Ledger) -> Reconciliation:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            ids = [row["event_id"] for row in await connection.fetch(f"{ROWS} UNION ALL {LETTERS}")]
            standing = {
                (row["model"], row["benchmark"], row["day"]): row["score"]
                for row in await connection.fetch(STANDING)
            }
    finally:
        await connection.close()
    return _difference(ledger, Counter(ids), standing)


def _difference(ledger: Ledger, found: Counter[UUID], standing: dict[Key, float]) -> Reconciliation:
    def by_fault(ids: Iterable[UUID]) -> Counter[str]:
        return Counter(ledger.during[event_id] for event_id in ids)

    accepted, wanted = set(ledger.during), ledger.standing()
    return Reconciliation(
        accepted=by_fault(accepted),
        missing=by_fault(accepted - found.keys()),
        twice=by_fault(event_id for event_id in accepted if found[event_id] > 1),
        strangers=len(found.keys() - accepted),
        wrong=sum(standing.get(key) != wanted.get(key) for key in standing.keys() | wanted.keys()),
    )
