"""The whole system on servers of its own, each part a process that a fault can strike."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from catalogue_messaging.settings import KafkaSettings
from catalogue_messaging.topics import TopicSettings, ensure_topics
from local_stack.kafka import KafkaServer
from local_stack.postgres import PostgresServer
from local_stack.process import ManagedProcess
from support.databases import migrate
from support.kafka_cluster import kafka_cluster
from support.workers import WorkerProcess

# A process that is killed loses nothing that the system has; a power cut is not among the faults.
POSTGRES = {"fsync": "off", "max_connections": "60", "deadlock_timeout": "100ms"}
STOP_SECONDS = 20
TESTS = Path(__file__).parents[1]


@dataclass
class FaultySystem:
    """`brokers` and `postgres` are servers, `api`, `sentiment` and `ingest` processes of services."""

    brokers: list[KafkaServer]
    postgres: PostgresServer
    kafka: KafkaSettings
    stack: AsyncExitStack
    ingest_module: str = "ingest_worker"
    api: list[WorkerProcess] = field(default_factory=list)
    sentiment: list[WorkerProcess] = field(default_factory=list)
    ingest: list[WorkerProcess] = field(default_factory=list)

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.api[0].port}"

    def start(self, module: str) -> WorkerProcess:
        output = self.stack.enter_context(tempfile.TemporaryFile("w+"))  # noqa: SIM115 (the stack is one)
        settings = {"DATABASE_URL": self.postgres.url, "PYTHONPATH": str(TESTS)}
        process = WorkerProcess(module, self.kafka, output, **settings)
        self.stack.callback(process.kill)
        return process

    async def start_services(self) -> None:
        self.sentiment = [self.start("sentiment_worker")]
        self.ingest = [self.start(self.ingest_module) for _ in range(2)]
        self.api = [self.start("catalogue_api")]
        await asyncio.gather(*[process.ready() for process in self.services()])

    def services(self) -> Iterable[WorkerProcess]:
        return [*self.api, *self.sentiment, *self.ingest]

    async def execute(self, *statements: str) -> None:
        """As PostgreSQL's superuser, whatever else is refused."""
        connection = await asyncpg.connect(self.postgres.url)
        try:
            await connection.execute("SET default_transaction_read_only = off")
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


def kill(server: ManagedProcess) -> None:
    """As a machine that fails does it, with all its children."""
    assert server.pid is not None
    os.killpg(server.pid, signal.SIGKILL)


async def restart(server: ManagedProcess) -> None:
    """Once it is gone, of a kill or because it is asked to."""
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)
    await asyncio.to_thread(server.wait_ready)


@asynccontextmanager
async def faulty_system(
    directory: Path, brokers: int = 1, ingest_module: str = "ingest_worker"
) -> AsyncIterator[FaultySystem]:
    async with AsyncExitStack() as stack:
        postgres = PostgresServer(directory / "postgres", settings=POSTGRES)
        servers = kafka_cluster(directory, brokers)
        for server in (*servers, postgres):
            server.start()
            stack.callback(server.stop)
        for server in (*servers, postgres):
            await asyncio.to_thread(server.wait_ready)
        kafka = KafkaSettings(bootstrap_servers=",".join(server.bootstrap_servers for server in servers))
        await ensure_topics(kafka, TopicSettings(replication_factor=brokers))
        await asyncio.to_thread(migrate, postgres.url)
        system = FaultySystem(servers, postgres, kafka, stack, ingest_module)
        await system.start_services()
        yield system
