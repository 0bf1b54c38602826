"""`make bench-reads`: whether reads stay fast as the tables grow, and what their indexes cost the sink.

A PostgreSQL with default settings is filled with SMALL rows and with LARGE ones. Each read is done as the API
does it, from the query to the page's JSON: first cold, on buffers that are new (though not the operating
system's cache), then warm. Seconds depend on the machine; the ratios are what to compare.
"""

import asyncio
import itertools
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

import asyncpg
from catalogue_api.catalogue.history import AsOfQuery
from catalogue_api.catalogue.models import describe_model
from catalogue_api.catalogue.opinions import OpinionQuery, list_opinions
from catalogue_api.catalogue.ranking import RankingQuery, rank_models
from catalogue_api.catalogue.results import ResultQuery, list_results
from catalogue_api.catalogue.use_cases import UseCaseQuery, list_use_cases
from catalogue_schema.database import create_engine, get_db
from local_stack.postgres import PostgresServer
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession
from support.databases import migrate

from benchmarks.sink import print_costs, sink_rate

SMALL = int(os.environ.get("BENCH_SMALL", "100000"))
LARGE = int(os.environ.get("BENCH_LARGE", "10000000"))
RUNS = int(os.environ.get("BENCH_RUNS", "15"))
FILL = Template(Path(__file__).with_name("reads_fill.sql").read_text())

Read = Callable[[AsyncSession], Awaitable[BaseModel]]

MODELS = {"model": ["lab/model-0", "lab/model-230", "nobody"]}  # one opinion in nine, one in a thousand, none
OPINIONS: dict[str, list[str]] = {
    **MODELS,
    "sentiment": ["positive"],
    "source": ["source-0", "source-19", "nowhere"],
    "author": ["author-0", "author-99999", "nobody"],
    "tag": ["tag-0", "tag-29", "nothing"],
    "date_to": ["2022-12-31", "2023-02-01", "2024-06-30"],
    "date_from": ["2025-06-01", "2030-01-01"],
}
RESULTS: dict[str, list[str]] = {
    **MODELS,
    "benchmark": ["bench-0", "none"],
    "source": ["source-0", "source-19", "nowhere"],
    "date_from": ["2023-03-01", "2030-01-01"],
    "date_to": ["2023-01-02", "2022-12-31"],
}


def combinations(values: dict[str, list[str]], at_once: int) -> Iterator[dict[str, str]]:
    """Every set of up to `at_once` filters, with each of their values."""
    for size in range(at_once + 1):
        for names in itertools.combinations(values, size):
            for chosen in itertools.product(*(values[name] for name in names)):
                yield dict(zip(names, chosen, strict=True))


def reads() -> Iterator[tuple[str, Read]]:
    for model in ("lab/model-0", "lab/model-230"):
        yield f"page of {model}", lambda db, model=model: describe_model(db, model, AsOfQuery())  # type: ignore[misc]
    yield "ranking", lambda db: rank_models(db, "bench-0", RankingQuery())
    for asked in combinations(OPINIONS, 3):
        opinions = OpinionQuery.model_validate(asked)
        yield f"opinions {asked}", lambda db, query=opinions: list_opinions(db, query)  # type: ignore[misc]
    for asked in combinations(RESULTS, 3):
        results = ResultQuery.model_validate(asked)
        yield f"results {asked}", lambda db, query=results: list_results(db, query)  # type: ignore[misc]
    for asked in combinations(MODELS, 1):
        use_cases = UseCaseQuery.model_validate(asked)
        yield f"use cases {asked}", lambda db, query=use_cases: list_use_cases(db, query)  # type: ignore[misc]


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
    await database.execute("VACUUM ANALYZE")
    await database.close()


async def measure(url: str) -> dict[str, Times]:
    engine = create_engine(url)

    async def once(read: Read) -> float:
        started = time.perf_counter()
        async for db in get_db(engine):
            (await read(db)).model_dump_json()
        return (time.perf_counter() - started) * 1000

    found = {}
    for name, read in reads():
        cold = await once(read)
        found[name] = Times(cold=cold, warm=statistics.median([await once(read) for _ in range(RUNS)]))
    await engine.dispose()
    return found


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
