"""`make bench-pages`: what the console's pages take of the whole system, with LARGE opinions.

It runs as `make run` starts it, on a database that is filled first. BENCH_DATA names a folder that keeps this
for the next run. A page is asked for over HTTP, by one reader at a time: the median, the first answer, on
buffers that other pages left, the longest, and the processor time of the API and of PostgreSQL.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import httpx
import psutil
from catalogue_schema.tables.words import BLOCK, SEGMENT
from local_stack.postgres import PostgresServer
from support.polling import eventually
from support.system import System, started_system

from benchmarks.asked import word
from benchmarks.reads import LARGE, RUNS, fill

MODEL, RARE = "lab/model-0", "lab/model-230"
FIVE = "&".join(f"models=lab/model-{number}" for number in range(5))
PAGES = [
    "/",
    "/models",
    "/models?q=model-77",
    "/models?open_weights=true&max_input=5",
    f"/models/{MODEL}",
    f"/models/{RARE}",
    "/benchmarks",
    "/benchmarks/bench-0",
    "/leads?benchmark=bench-0",
    f"/claims?model={MODEL}&benchmark=bench-0",
    f"/compare?{FIVE}",
    "/value?benchmark=bench-0",
    "/agreement",
    "/opinions",
    f"/opinions?model={MODEL}&sentiment=negative",
    "/opinions?source=source-19&tag=tag-3",
    *(f"/opinions?q={word(rank)}" for rank in (1, 100, 1_000, 10_000, 90_000)),
    f'/opinions?q="{word(20)} {word(30)}"',
    f"/opinions?q={word(90_000)}&model={MODEL}",
    "/opinions?q=nowhere",
    "/unresolved",
    "/dead-letters",
    "/tasks",
    "/pipeline",
    "/live",
    "/audit",
]
HEAD = ("median", "first", "longest", "API", "PostgreSQL")
PROCESSES = ("-m catalogue_api", "postgres:")
IDS = BLOCK * SEGMENT
GATHERED = "SELECT count(*) FROM opinion_segments WHERE is_gathered"


async def words_gathered(system: System) -> None:
    database = await asyncpg.connect(system.database_url)
    started, before = time.monotonic(), await database.fetchval(GATHERED)
    full = await database.fetchval(f"SELECT max(id) / {IDS} FROM opinions")
    await eventually(lambda: database.fetchval(GATHERED), lambda segments: segments >= full, seconds=7200)
    if full > before:
        print(
            f"words of {IDS * (full - before):,} opinions in {time.monotonic() - started:.0f} s", flush=True
        )
        await database.execute("VACUUM ANALYZE opinion_words")
    await database.close()


def processor() -> list[float]:
    """Seconds that the API and PostgreSQL have had a processor."""
    processes = psutil.Process().children(recursive=True)
    return [sum(_spent(each) for each in processes if name in " ".join(each.cmdline())) for name in PROCESSES]


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def measure(client: httpx.AsyncClient, path: str) -> list[float]:
    """Milliseconds of each answer."""
    taken = []
    for _ in range(RUNS + 1):
        started = time.perf_counter()
        (await client.get(path)).raise_for_status()
        taken.append(1000 * (time.perf_counter() - started))
    return taken


async def report(system: System) -> None:
    await words_gathered(system)
    print(f"{'milliseconds':<60}" + "".join(f"{name:>12}" for name in HEAD))
    medians = []
    headers = {"Accept": "text/html"}
    async with httpx.AsyncClient(base_url=system.api_url, headers=headers, timeout=60) as client:
        for path in PAGES:
            before = processor()
            first, *others = await measure(client, path)
            spent = [
                1000 * (late - early) / (RUNS + 1) for early, late in zip(before, processor(), strict=True)
            ]
            medians.append(statistics.median(others))
            times = (medians[-1], first, max(others), *spent)
            print(f"{path:<60}" + "".join(f"{each:>12.1f}" for each in times), flush=True)
    over = sum(each > 100 for each in medians)
    print(f"{len(medians)} pages: median {statistics.median(medians):.1f} ms, {over} over 100 ms")


@contextmanager
def data_dir() -> Iterator[Path]:
    """With the database in it."""
    if kept := os.environ.get("BENCH_DATA"):
        if not (Path(kept) / "postgres").exists():
            fill_in(Path(kept))
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as directory:
        fill_in(Path(directory))
        yield Path(directory)


def fill_in(directory: Path) -> None:
    with PostgresServer(directory / "postgres") as server:
        asyncio.run(fill(server.url, LARGE))


def main() -> None:
    with data_dir() as directory, started_system(directory) as system:
        asyncio.run(report(system))


if __name__ == "__main__":
    main()
