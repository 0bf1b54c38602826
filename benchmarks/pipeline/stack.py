"""A Kafka and a PostgreSQL as they come, which keep what they acknowledge, and our services on them."""

import asyncio
import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
from catalogue_messaging.settings import KafkaSettings
from local_stack.kafka import KafkaServer
from local_stack.ports import LOOPBACK, free_port
from local_stack.postgres import PostgresServer
from support.databases import fresh_database, migrate
from support.kafka import topics_of
from support.polling import eventually

MODELS = [f"lab/model-{n}" for n in range(50)]
BENCHMARKS = [f"Bench {n}" for n in range(20)]


@dataclass(frozen=True)
class Servers:
    bootstrap_servers: str
    postgres_url: str


@contextmanager
def servers(directory: Path) -> Iterator[Servers]:
    with PostgresServer(directory / "postgres") as postgres, KafkaServer(directory / "kafka") as kafka:
        yield Servers(kafka.bootstrap_servers, postgres.url)


@dataclass(frozen=True)
class Bench:
    """Topics and a database of one measurement's own."""

    kafka: KafkaSettings
    database_url: str
    database: asyncpg.Connection

    @asynccontextmanager
    async def running(self, *command: str, **settings: str) -> AsyncIterator["Running"]:
        """A Python process with the settings of this bench, once it answers; ended at the end."""
        port = str(free_port())
        environment = os.environ | {
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "KAFKA_TOPIC_PREFIX": self.kafka.topic_prefix,
            "DATABASE_URL": self.database_url,
            "API_PORT": port,
            "INGEST_WORKER_HEALTH_PORT": port,
            "SENTIMENT_WORKER_HEALTH_PORT": port,
            **settings,
        }
        process = _start(command, environment)
        try:
            running = Running(process.pid, f"http://{LOOPBACK}:{port}")
            await eventually(running.answers, bool, 60)
            yield running
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait, 30)


def _start(command: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, *command], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@dataclass(frozen=True)
class Running:
    pid: int
    url: str

    async def answers(self) -> bool:
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{self.url}/readyz")).is_success
        except httpx.TransportError:
            return False


@asynccontextmanager
async def bench(servers: Servers) -> AsyncIterator[Bench]:
    kafka = await topics_of(servers.bootstrap_servers, f"b{uuid.uuid4().hex[:8]}.")
    async with fresh_database(servers.postgres_url) as url:
        await asyncio.to_thread(migrate, url)
        database = await asyncpg.connect(url)
        await database.executemany(
            "INSERT INTO models (name, organization) VALUES ($1, 'lab')", [(name,) for name in MODELS]
        )
        await database.executemany(
            "INSERT INTO benchmarks (name) VALUES ($1)", [(name,) for name in BENCHMARKS]
        )
        await database.execute("CHECKPOINT")
        yield Bench(kafka, url, database)
        await database.close()
