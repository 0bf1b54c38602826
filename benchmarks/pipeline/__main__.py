"""`make bench`: every path that an event takes beside its floors, in one run.

Figures are medians of BENCH_RUNS runs, paths and floors by turns; what counts is the ratio, since seconds
depend on the machine. `make bench PEERS=<folder>` then runs that folder's harness, with this checkout beside
what others build.
"""

import asyncio
import os
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from catalogue_runtime.logs import configure_logging
from catalogue_runtime.settings import LogSettings

from benchmarks.pipeline import paths
from benchmarks.pipeline.events import results, submitted
from benchmarks.pipeline.measuring import HEADER, Line, Measured, percentiles, ratio
from benchmarks.pipeline.stack import Bench, Servers, bench, servers

RUNS = int(os.environ.get("BENCH_RUNS", "3"))
EVENTS = int(os.environ.get("BENCH_EVENTS", "50000"))
ROOT = Path(__file__).parents[2]

Measure = Callable[[Bench, int], Awaitable[Measured]]

COMPARED: Sequence[Sequence[tuple[str, Measure, int]]] = (
    (
        ("POST /v1/opinions, 64 connections", paths.single_posts, EVENTS // 2),
        ("the same, each with a key", paths.single_posts_with_a_key, EVENTS // 2),
        ("floor: a bare ASGI application, nothing checked", paths.bare_posts, EVENTS // 2),
        ("two API processes", paths.single_posts_to_two, EVENTS // 2),
    ),
    (
        ("POST /v1/events, 1,000 a request", paths.batch_posts, 2 * EVENTS),
        ("floor: aiokafka, the same bytes", paths.raw_production, 2 * EVENTS),
    ),
    (
        ("topic to rows, opinions", paths.opinions_to_rows, 2 * EVENTS),
        ("floor: INSERT … SELECT unnest, from memory", paths.unnest, 2 * EVENTS),
        ("topic to rows, results with their history", paths.results_to_rows, EVENTS),
        ("topic to rows, opinions, two workers", paths.opinions_to_rows_by_two, 2 * EVENTS),
    ),
    (
        ("topic to topic, sentiment", paths.opinions_classified, EVENTS // 2),
        ("floor: the classifier alone", paths.classifier_alone, EVENTS // 2),
    ),
)


async def compare(there: Servers, measures: Sequence[tuple[str, Measure, int]]) -> None:
    runs: dict[str, list[Measured]] = {name: [] for name, _, _ in measures}
    for _ in range(RUNS):
        for name, measure, count in measures:
            async with bench(there) as fresh:
                runs[name].append(await measure(fresh, count))
    lines = [Line(name, found) for name, found in runs.items()]
    print(*lines, sep="\n")
    print(*(f"    {ratio(lines[0], other)}" for other in lines[1:]), sep="\n", flush=True)


async def latencies(there: Servers) -> None:
    for what, path, table, events in (
        ("result", "/v1/results", "result_reports", results(100)),
        ("opinion, through both workers", "/v1/opinions", "opinions", submitted(100)),
    ):
        async with bench(there) as fresh:
            found = await paths.latency(fresh, path, table, events)
        print(f"POST to visible row, ten a second, {what}: {percentiles(found)}", flush=True)


async def main() -> None:
    configure_logging(LogSettings(level="WARNING"))
    with tempfile.TemporaryDirectory() as directory, servers(Path(directory)) as there:
        print(HEADER)
        for measures in COMPARED:
            await compare(there, measures)
        await latencies(there)


def run_peers(harness: str) -> None:
    for arguments in (
        ["http", "--targets", "naive-fastapi,lean-asgi,ours", "--modes", "pinned", "--sizes", "1,1000"],
        ["sink", "--targets", "ours,lean-sink,faststream-batch-raw-unnest,debezium-jdbc", "--rows", "200000"],
        ["e2e", "--targets", "ours,naive-fastapi+naive-faststream-1by1", "--seconds", "20"],
    ):
        environment = os.environ | {"OURS": str(ROOT)}
        subprocess.run(
            ["./run.sh", *arguments, "--runs", str(RUNS)], cwd=harness, env=environment, check=True
        )


if __name__ == "__main__":
    asyncio.run(main())
    if peers := os.environ.get("PEERS"):
        run_peers(peers)
