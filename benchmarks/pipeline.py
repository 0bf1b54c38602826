"""`make bench`: how fast events are taken and recorded, beside the raw floor, in the same run.

The floors do the same work with nothing around it: the same messages through aiokafka's idempotent producer,
the same rows through asyncpg's `INSERT … SELECT unnest`. Figures are medians of RUNS runs; what counts is
the ratio, since seconds depend on the machine.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import asyncpg
import httpx
from aiokafka import AIOKafkaProducer
from catalogue_messaging.envelope import event_headers
from catalogue_schema.events import OpinionSubmitted
from support.polling import eventually
from support.system import started_system

RUNS = int(os.environ.get("BENCH_RUNS", "3"))
EVENTS = int(os.environ.get("BENCH_EVENTS", "20000"))
SINGLES = 2_000
BATCH = 1_000
MODELS = [f"lab/model-{n}" for n in range(50)]
TEXT = (
    "Fast, but it makes up citations; great for code, and the latency is fine for chat, less so for agents. "
)
FLOOR_TOPIC = "catalogue.opinions.submitted.v1"

UNNEST = """
INSERT INTO floor (event_id, model_id, content, sentiment, source)
SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[])
ON CONFLICT (event_id) DO NOTHING
"""


class Bench:
    def __init__(self, api: httpx.AsyncClient, database: asyncpg.Connection, kafka: AIOKafkaProducer) -> None:
        self._api = api
        self._database = database
        self._kafka = kafka

    async def prepare(self) -> None:
        models = "\n".join(f'{{"name": "{name}", "organization": "lab"}}' for name in MODELS)
        await self._post("/v1/models/import", [models], "application/x-ndjson", 1)
        await self._database.execute("CREATE TABLE floor (LIKE opinions INCLUDING ALL)")
        await self._database.execute("ALTER TABLE floor ADD FOREIGN KEY (model_id) REFERENCES models (id)")

    async def take_batches(self) -> float:
        return await self._take("/v1/events", batches(opinions(EVENTS)), "application/x-ndjson", 4)

    async def take_singles(self) -> float:
        bodies = [event.model_dump_json() for event in opinions(SINGLES)]
        return await self._take("/v1/opinions", bodies, "application/json", 64)

    async def _take(self, path: str, bodies: list[str], content_type: str, connections: int) -> float:
        return await seconds(self._post(path, bodies, content_type, connections))

    async def publish_floor(self) -> float:
        events = opinions(EVENTS)

        async def publish() -> None:
            sent = [
                await self._kafka.send(
                    FLOOR_TOPIC,
                    event.model_dump_json().encode(),
                    key=event.model.encode(),
                    headers=event_headers(event, "/bench"),
                )
                for event in events
            ]
            await asyncio.gather(*sent)

        return await seconds(publish())

    async def insert_floor(self) -> float:
        ids = [row["id"] for row in await self._database.fetch("SELECT id FROM models ORDER BY id LIMIT 50")]
        events = opinions(EVENTS)

        async def insert() -> None:
            for at in range(0, EVENTS, BATCH):
                some = events[at : at + BATCH]
                await self._database.execute(
                    UNNEST,
                    [event.event_id for event in some],
                    [ids[n % len(ids)] for n in range(len(some))],
                    [event.content for event in some],
                    [event.sentiment for event in some],
                    [event.source for event in some],
                )

        return await seconds(insert())

    async def record(self) -> float:
        """From the first request to the last row: taken, passed through sentiment-worker, written."""
        before = await self._rows()
        bodies = batches(opinions(EVENTS))

        async def through() -> None:
            await self._post("/v1/events", bodies, "application/x-ndjson", 4)
            await eventually(self._rows, lambda rows: rows >= before + EVENTS, 300)

        return await seconds(through())

    async def settle(self) -> None:
        """Wait until nothing is on its way, so that one measurement does not slow the next."""

        async def still() -> bool:
            before = await self._rows()
            await asyncio.sleep(1)
            return await self._rows() == before

        await eventually(still, bool, 300)

    async def _rows(self) -> int:
        return int(await self._database.fetchval("SELECT count(*) FROM opinions"))

    async def _post(self, path: str, bodies: Sequence[str], content_type: str, connections: int) -> None:
        waiting = list(bodies)

        async def connection() -> None:
            while waiting:
                body, headers = waiting.pop(), {"Content-Type": content_type}
                (await self._api.post(path, content=body, headers=headers)).raise_for_status()

        await asyncio.gather(*(connection() for _ in range(connections)))


def opinions(count: int) -> list[OpinionSubmitted]:
    return [
        OpinionSubmitted(model=MODELS[n % 50], content=f"{TEXT}{n}", source="bench", sentiment="mixed")
        for n in range(count)
    ]


def batches(events: Sequence[OpinionSubmitted]) -> list[str]:
    lines = [f'{{"type":"OpinionSubmitted",{event.model_dump_json()[1:]}' for event in events]
    return ["\n".join(lines[at : at + BATCH]) for at in range(0, len(lines), BATCH)]


async def seconds(work: Awaitable[object]) -> float:
    started = time.perf_counter()
    await work
    return time.perf_counter() - started


async def rate(name: str, bench: Bench, measure: Callable[[], Awaitable[float]], count: int) -> float:
    rates = []
    for _ in range(RUNS):
        rates.append(count / await measure())
        await bench.settle()
    print(
        f"{name:<52}{statistics.median(rates):>9,.0f} /s   ({min(rates):,.0f} to {max(rates):,.0f})",
        flush=True,
    )
    return statistics.median(rates)


async def run(bench: Bench) -> None:
    await bench.prepare()
    published = await rate("floor: aiokafka, idempotent, acks=all", bench, bench.publish_floor, EVENTS)
    inserted = await rate("floor: asyncpg, INSERT … SELECT unnest", bench, bench.insert_floor, EVENTS)
    taken = await rate(f"taken: POST /v1/events, {BATCH:,} a request", bench, bench.take_batches, EVENTS)
    await rate("taken: POST /v1/opinions, 64 connections", bench, bench.take_singles, SINGLES)
    recorded = await rate("recorded: HTTP to row, through both workers", bench, bench.record, EVENTS)
    print(f"taken / publish floor {taken / published:.2f}, recorded / insert floor {recorded / inserted:.2f}")


async def main() -> None:
    with tempfile.TemporaryDirectory() as directory, started_system(Path(directory)) as system:
        database = await asyncpg.connect(system.database_url)
        kafka = AIOKafkaProducer(
            bootstrap_servers=system.bootstrap_servers, enable_idempotence=True, max_batch_size=256 * 1024
        )
        async with kafka, httpx.AsyncClient(base_url=system.api_url, timeout=60) as api:
            await run(Bench(api, database, kafka))
        await database.close()


if __name__ == "__main__":
    asyncio.run(main())
