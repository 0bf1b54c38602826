"""How fast ingest-worker's statement writes opinions, with every index and without each.

In processor time of PostgreSQL's process, read from /proc: what other work does on the machine is left out.
"""

import os
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import asyncpg
from catalogue_schema.database import create_engine
from catalogue_schema.events import OpinionClassified
from ingest_worker.opinions import OPINIONS
from ingest_worker.writing import rows
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from support.rows import batch

BATCH = 2_000
BATCHES = int(os.environ.get("BENCH_BATCHES", "20"))
TICK = os.sysconf("SC_CLK_TCK")
OF_READS = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = 'opinions' AND indexname LIKE 'ix_%' ORDER BY indexname
"""


def pick(count: int, skew: float) -> int:
    return int(count * random.random() ** skew)


def opinion(number: int) -> OpinionClassified:
    return OpinionClassified.model_validate(
        {
            "model": f"lab/model-{pick(231, 2.5)}",
            "content": f"good for code, slow for chat; good for code, slow for chat; {number}",
            "sentiment": random.choice(["positive", "negative", "neutral", "mixed"]),
            "source": f"source-{pick(20, 2)}",
            "author": f"author-{pick(100_000, 2)}",
            "date_published": date(2026, 1, 1) + timedelta(days=pick(90, 1)),
            "tags": [f"tag-{pick(30, 2)}" for _ in range(number % 3)],
        }
    )


async def write(connection: AsyncConnection, batches: Sequence[dict[str, str]]) -> float:
    """Processor seconds of the connection's server process."""
    pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    before = processor_seconds(pid)
    for parameters in batches:
        await connection.execute(OPINIONS.statement, parameters)
        await connection.commit()
    return processor_seconds(pid) - before


def processor_seconds(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / TICK


async def sink_rate(url: str) -> float:
    """Opinions a second of one processor."""
    batches = [rows(batch(*(opinion(n) for n in range(BATCH)))) for _ in range(BATCHES)]
    engine = create_engine(url)
    async with engine.connect() as connection:
        spent = await write(connection, batches)
    await engine.dispose()
    return BATCH * BATCHES / spent


async def print_costs(url: str) -> None:
    """With all there is, then without each index, then without the counts, then without any of these."""
    database = await asyncpg.connect(url)
    indexes = {row["indexname"]: row["indexdef"] for row in await database.fetch(OF_READS)}
    await _print_rate(url, "with all")
    for name, definition in indexes.items():
        await database.execute(f"DROP INDEX {name}")
        await _print_rate(url, f"without {name}")
        await database.execute(definition)
    await database.execute("ALTER TABLE opinions DISABLE TRIGGER USER")
    await _print_rate(url, "without counts")
    await database.execute(f"DROP INDEX {', '.join(indexes)}")
    await _print_rate(url, "without any of these")
    await database.close()


async def _print_rate(url: str, name: str) -> None:
    rate = await sink_rate(url)
    print(f"{name:<46}{rate:>9,.0f} /s {1e6 / rate:>7.1f} us", flush=True)
