"""One measurement: how many, how long, at what cost of processor time and memory."""

import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psutil


@dataclass
class Measured:
    """`cpu` in seconds is that of the processes under test, and `memory` in bytes of the largest."""

    count: int = 0
    seconds: float = 0
    cpu: float = 0
    memory: int = 0

    @property
    def rate(self) -> float:
        return self.count / self.seconds


@asynccontextmanager
async def measuring(count: int, *pids: int) -> AsyncIterator[Measured]:
    """Measure the block, in which `count` things are done by the processes `pids`, or by this one."""
    processes, measured = [psutil.Process(pid) for pid in pids or [None]], Measured(count)
    before, started = _cpu(processes), time.perf_counter()
    yield measured
    measured.seconds = time.perf_counter() - started
    measured.cpu = _cpu(processes) - before
    measured.memory = max(process.memory_info().rss for process in processes)


def _cpu(processes: Sequence[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


@dataclass(frozen=True)
class Line:
    """A path or a floor, run several times."""

    name: str
    runs: Sequence[Measured]

    @property
    def rate(self) -> float:
        return statistics.median(run.rate for run in self.runs)

    def __str__(self) -> str:
        rates = [run.rate for run in self.runs]
        cpu = statistics.median(run.cpu / run.count * 100_000 for run in self.runs)
        memory = max(run.memory for run in self.runs) / 2**20
        spread = f"{min(rates):,.0f} to {max(rates):,.0f}"
        return f"{self.name:<52}{self.rate:>9,.0f}  {spread:<20}{cpu:>7.2f}{memory:>7.0f}"


HEADER = f"{'':<52}{'a second':>9}  {'spread':<20}{'CPU s':>7}{'MB':>7}\n{'':<83}{'/100k':>7}"


def ratio(path: Line, floor: Line) -> str:
    return f"{path.name} / {floor.name}: {path.rate / floor.rate:.2f}"


def percentiles(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    p50, p99 = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.99))
    return f"p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms"
