"""`make bench-reads`: whether reads stay fast as the tables grow, and what their indexes cost the sink.

A PostgreSQL with default settings is filled with SMALL rows and with LARGE ones. Each read is done as the API
does it, from the query to the page's JSON: first cold, on buffers that are new (though not the operating
system's cache), by the clock; then warm, in processor time of PostgreSQL's process and of this one, so that
what other work does on the machine is left out. Times depend on the machine; the ratios are what to compare.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

import asyncpg
from catalogue_schema.database import create_engine, get_db
from local_stack.postgres import PostgresServer
from pydantic import BaseModel
from sqlalchemy import text
from support.databases import migrate

from benchmarks.asked import Read, reads
from benchmarks.sink import print_costs, sink_rate

SMALL = int(os.environ.get("BENCH_SMALL", "100000"))
LARGE = int(os.environ.get("BENCH_LARGE", "10000000"))
RUNS = int(os.environ.get("BENCH_RUNS", "15"))
FILL = Template(Path(__file__).with_name("reads_fill.sql").read_text())

PRICES = """
INSERT INTO model_prices (model_id, provider, input, output, valid_from)
SELECT id, 'provider-' || provider, random() * 10, random() * 30, date '2025-01-01' + 365 * year
FROM models, generate_series(1, 3) AS provider, generate_series(0, 1) AS year
"""


class Times(BaseModel):
    """Milliseconds."""

    cold: float
    warm: float


async def fill(url: str, opinions: int) -> None:
    """Before the indexes of reads are there, so that the migration that adds them is measured too."""
    await asyncio.to_thread(migrate, url, "0002")
    database = await asyncpg.connect(url)
    await database.execute(FILL.substitute(opinions=opinions, per_pair=max(1, opinions // 60_000)))
    await database.close()
    started = time.perf_counter()
    await asyncio.to_thread(migrate, url)
    print(f"{opinions:,} opinions migrated in {time.perf_counter() - started:.0f} s", flush=True)
    database = await asyncpg.connect(url)
    await database.execute(PRICES)
    await database.execute("VACUUM ANALYZE")
    await database.close()


async def measure(url: str) -> dict[str, Times]:
    engine = create_engine(url)

    async with engine.connect() as connection:
        pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()

    async def once(read: Read, clock: Callable[[], float]) -> float:
        started = clock()
        async for db in get_db(engine):
            (await read(db)).model_dump_json()
        return (clock() - started) * 1000

    def processor() -> float:
        return running(pid) + time.process_time()

    found = {}
    for name, read in reads():
        cold = await once(read, time.perf_counter)
        warm = [await once(read, processor) for _ in range(RUNS)]
        found[name] = Times(cold=cold, warm=statistics.median(warm))
    await engine.dispose()
    return found


def running(pid: int) -> float:
    """Seconds that a process has had a processor, to the nanosecond."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


@contextmanager
def filled(opinions: int) -> Iterator[str]:
    """A database's URL, its server started anew after it was filled."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as directory:
        server = PostgresServer(Path(directory) / "postgres")
        with server:
            asyncio.run(fill(server.url, opinions))
        with PostgresServer(Path(directory) / "postgres") as server:
            yield server.url


def report(small: dict[str, Times], large: dict[str, Times]) -> None:
    print(f"\n{'milliseconds':<90}{SMALL:>10,}{LARGE:>12,}{'ratio':>8}{'cold':>8}")
    for name in sorted(small, key=lambda name: -large[name].warm)[:40]:
        few, many = small[name], large[name]
        print(f"{name:<90}{few.warm:>10.1f}{many.warm:>12.1f}{many.warm / few.warm:>8.1f}{many.cold:>8.1f}")
    warm = [large[name].warm for name in small]
    ratios = [large[name].warm / small[name].warm for name in small]
    cold = max(large[name].cold for name in small)
    median, longest = statistics.median(warm), max(warm)
    print(f"\n{len(warm)} reads of {LARGE:,}: median {median:.1f} ms, longest {longest:.1f} ms")
    print(f"over 50 ms: {sum(each > 50 for each in warm)}; longest cold: {cold:.1f} ms")
    print(f"ratio: median {statistics.median(ratios):.2f}, over 3: {sum(each > 3 for each in ratios)}")


def main() -> None:
    times, rates = [], []
    for rows in (SMALL, LARGE):
        with filled(rows) as url:
            times.append(asyncio.run(measure(url)))
            rates.append(asyncio.run(sink_rate(url)))
            if rows == SMALL:
                asyncio.run(print_costs(url))
    report(*times)
    print(f"the sink, opinions a second: {rates[0]:,.0f} and {rates[1]:,.0f}: {rates[1] / rates[0]:.2f}")


if __name__ == "__main__":
    main()
