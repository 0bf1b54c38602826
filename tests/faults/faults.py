"""What may happen to a system: each fault begins, lasts, and is over when the system could go on.

`how` says for docs/reliability.md how it is injected.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from random import Random

import asyncpg

from faults.system import STOP_SECONDS, FaultySystem, kill, restart

Inject = Callable[[FaultySystem, Random], Awaitable[None]]

SESSION_TIMEOUT = 10
"""Seconds, of the workers' consumer groups."""


@dataclass(frozen=True)
class Fault:
    how: str
    inject: Inject


def _killed(part: str) -> Inject:
    async def inject(system: FaultySystem, random: Random) -> None:
        process = random.choice(getattr(system, part))
        process.kill()
        await asyncio.sleep(random.uniform(0, 1))
        process.start_again()
        await process.ready()

    return inject


def _stopped(part: str) -> Inject:
    async def inject(system: FaultySystem, random: Random) -> None:
        process = random.choice(getattr(system, part))
        await process.terminate(STOP_SECONDS)
        process.start_again()
        await process.ready()

    return inject


def _frozen(part: str) -> Inject:
    async def inject(system: FaultySystem, random: Random) -> None:
        process = random.choice(getattr(system, part))
        process.pause()
        await asyncio.sleep(SESSION_TIMEOUT + random.uniform(2, 5))
        process.resume()

    return inject


async def _kafka_killed(system: FaultySystem, random: Random) -> None:
    broker = random.choice(system.brokers)
    kill(broker)
    await asyncio.sleep(random.uniform(0, 2))
    await restart(broker)


async def _kafka_restarted(system: FaultySystem, random: Random) -> None:
    await restart(random.choice(system.brokers))


async def _kafka_away(system: FaultySystem, random: Random) -> None:
    broker = random.choice(system.brokers)
    kill(broker)
    await asyncio.sleep(120)
    await restart(broker)


async def _postgres_killed(system: FaultySystem, random: Random) -> None:
    kill(system.postgres)
    await asyncio.sleep(random.uniform(0, 2))
    await restart(system.postgres)


async def _postgres_restarted(system: FaultySystem, _: Random) -> None:
    await restart(system.postgres)


async def _postgres_read_only(system: FaultySystem, random: Random) -> None:
    setting = "ALTER SYSTEM SET default_transaction_read_only"
    await system.execute(f"{setting} = on", "SELECT pg_reload_conf()")
    await asyncio.sleep(random.uniform(2, 4))
    await system.execute(f"{setting} = off", "SELECT pg_reload_conf()")


DISK_FULL = """
CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE 'could not extend file "base/1/2": No space left on device' USING ERRCODE = 'disk_full';
END $$
"""


async def _postgres_disk_full(system: FaultySystem, random: Random) -> None:
    tables = ("opinions", "result_reports", "dead_letters")
    create = [
        f"CREATE TRIGGER disk_full BEFORE INSERT ON {table} EXECUTE FUNCTION disk_full()" for table in tables
    ]
    await system.execute(DISK_FULL, *create)
    await asyncio.sleep(random.uniform(2, 4))
    await system.execute("DROP FUNCTION disk_full CASCADE")


async def _tables_locked(system: FaultySystem, random: Random) -> None:
    connection = await asyncpg.connect(system.postgres.url)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE opinions, benchmark_results IN ACCESS EXCLUSIVE MODE")
            await asyncio.sleep(random.uniform(2, 4))
    finally:
        await connection.close()


async def _out_of_connections(system: FaultySystem, random: Random) -> None:
    """Every connection that PostgreSQL has is ours; the services' are ended."""
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> ALL($1::int[])"
    async with AsyncExitStack() as stack:
        ours = []
        try:
            while True:
                connection = await asyncpg.connect(system.postgres.url)
                stack.push_async_callback(connection.close)
                ours.append(connection)
                await ours[0].execute(
                    f"{end} AND backend_type = 'client backend'", [c.get_server_pid() for c in ours]
                )
        except asyncpg.TooManyConnectionsError:
            await asyncio.sleep(random.uniform(2, 4))


# Writers of different tables take the same two locks in the order of their process ids' parity.
DEADLOCK = """
CREATE FUNCTION deadlock() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_advisory_xact_lock(-1 - pg_backend_pid() % 2);
    PERFORM pg_sleep(0.05);
    PERFORM pg_advisory_xact_lock(-2 + pg_backend_pid() % 2);
    RETURN NULL;
END $$
"""


async def _deadlocks(system: FaultySystem, random: Random) -> None:
    create = [
        f"CREATE TRIGGER deadlock AFTER INSERT ON {table} EXECUTE FUNCTION deadlock()"
        for table in ("opinions", "result_reports")
    ]
    await system.execute(DEADLOCK, *create)
    await asyncio.sleep(random.uniform(3, 5))
    await system.execute("DROP FUNCTION deadlock CASCADE")


async def _worker_added_and_removed(system: FaultySystem, random: Random) -> None:
    process = await system.start(system.ingest_module).ready()
    await asyncio.sleep(random.uniform(1, 3))
    await process.terminate(STOP_SECONDS)


FAULTS = {
    "API killed": Fault("SIGKILL, started again within a second", _killed("api")),
    "API stopped": Fault("SIGTERM, started again", _stopped("api")),
    "sentiment-worker killed": Fault("SIGKILL, started again within a second", _killed("sentiment")),
    "sentiment-worker frozen": Fault("SIGSTOP for 12 to 15 s, then SIGCONT", _frozen("sentiment")),
    "ingest-worker killed": Fault("SIGKILL of one of two, started again within a second", _killed("ingest")),
    "ingest-worker stopped": Fault("SIGTERM of one of two, started again", _stopped("ingest")),
    "ingest-worker frozen": Fault("SIGSTOP of one of two for 12 to 15 s, then SIGCONT", _frozen("ingest")),
    "worker added and removed": Fault("a third ingest-worker for 1 to 3 s", _worker_added_and_removed),
    "Kafka killed": Fault("SIGKILL, started again within 2 s", _kafka_killed),
    "Kafka restarted": Fault("SIGTERM, started again", _kafka_restarted),
    "Kafka away for two minutes": Fault("SIGKILL, started again after 120 s", _kafka_away),
    "PostgreSQL killed": Fault("SIGKILL of all its processes, started again within 2 s", _postgres_killed),
    "PostgreSQL restarted": Fault("fast shutdown, started again", _postgres_restarted),
    "PostgreSQL read-only": Fault(
        "default_transaction_read_only on for 2 to 4 s, as after a failover", _postgres_read_only
    ),
    "PostgreSQL's disk full": Fault(
        "a trigger answers each insert with SQLSTATE 53100 for 2 to 4 s", _postgres_disk_full
    ),
    "tables locked": Fault("ACCESS EXCLUSIVE on opinions and benchmark_results, 2 to 4 s", _tables_locked),
    "out of connections": Fault("each connection taken, the services' ended, 2 to 4 s", _out_of_connections),
    "deadlocks": Fault("a trigger takes two locks in either order for 3 to 5 s", _deadlocks),
}
"""By the name that the report has."""

CLUSTER = ("Kafka killed", "ingest-worker killed", "Kafka killed", "PostgreSQL killed", "Kafka killed")
"""For three brokers with two in-sync replicas, any one of which may be killed."""

SHORT = (
    "API killed",
    "sentiment-worker killed",
    "ingest-worker killed",
    "Kafka killed",
    "PostgreSQL killed",
    "PostgreSQL read-only",
    "out of connections",
    "deadlocks",
)
"""Those that are over within seconds."""
