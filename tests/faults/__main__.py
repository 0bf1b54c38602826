"""Faults for as long as wanted: `make test-faults SECONDS=600 SEED=1`.

Prints, for docs/reliability.md, what became of the events that were accepted during each fault, and ends
with 1 where any is missing or stands twice.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from faults.faults import CLUSTER, FAULTS
from faults.run import Outcome, strike
from faults.system import faulty_system


def main() -> None:
    parser = argparse.ArgumentParser("python -m faults", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="of faults, each kind once at least")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)), help="of order and load")
    given = parser.parse_args()
    print(f"seed {given.seed}: the same seed injects the same faults in the same order", flush=True)
    outcomes = asyncio.run(_run(given.seconds, given.seed))
    for outcome in outcomes:
        print(_report(outcome))
    sys.exit(0 if all(outcome.reconciliation.holds for outcome in outcomes) else 1)


async def _run(seconds: int, seed: int) -> list[Outcome]:
    outcomes = []
    for brokers, names in ((1, _for(seconds, [*FAULTS], Random(seed))), (3, iter(CLUSTER))):
        with tempfile.TemporaryDirectory(prefix="catalogue-faults-") as directory:
            async with faulty_system(Path(directory), brokers) as system:
                outcomes.append(await strike(system, names, seed))
    return outcomes


def _for(seconds: int, names: list[str], random: Random) -> Iterator[str]:
    """Each once in any order, and again and again until the time is over."""
    until = time.monotonic() + seconds
    for number in range(1_000_000):
        if number % len(names) == 0:
            random.shuffle(names)
        if number >= len(names) and time.monotonic() > until:
            return
        name = names[number % len(names)]
        print(f"{max(0, until - time.monotonic()):5.0f} s left: {name}", flush=True)
        yield name


def _report(outcome: Outcome) -> str:
    found = outcome.reconciliation
    lines = ["| fault | how | times | events | missing | twice | recovered after, median and most |"]
    lines.append("|---|---|---|---|---|---|---|")
    for name, seconds in outcome.recovered.items():
        counts = f"{found.accepted[name]:,} | {found.missing[name]} | {found.twice[name]}"
        times = f"{statistics.median(seconds):.1f} s, {max(seconds):.1f} s"
        lines.append(f"| {name} | {FAULTS[name].how} | {len(seconds)} | {counts} | {times} |")
    lines.append(
        f"{found.accepted.total():,} accepted, {found.missing.total()} missing, {found.twice.total()} twice, "
        f"{found.strangers} strangers, {found.wrong} standing results wrong; "
        f"{outcome.refused} requests refused, each sent again with the same ids"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
