"""Databases of a test's own, on the test run's PostgreSQL."""

import asyncio
import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from local_stack.ports import LOOPBACK
from local_stack.postgres import PostgresServer

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def fresh_database(admin_url: str, template: str = "template1") -> AsyncIterator[str]:
    """The URL of a new database, a copy of `template`; dropped afterwards, whoever is connected."""
    name = f"test_{uuid.uuid4().hex}"
    await _execute(admin_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield urlunsplit(urlsplit(admin_url)._replace(path=f"/{name}"))
    finally:
        await _execute(admin_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@asynccontextmanager
async def twin_server(directory: Path, url: str) -> AsyncIterator[str]:
    """The URL of another server's migrated database, which goes by the names and password of `url`."""
    wanted = urlsplit(url)
    with PostgresServer(directory, settings={"fsync": "off"}) as server:
        known = urlsplit(server.url).username == wanted.username
        verb = "ALTER" if known else "CREATE"
        await _execute(
            server.url, f"{verb} ROLE \"{wanted.username}\" SUPERUSER LOGIN PASSWORD '{wanted.password}'"
        )
        user = wanted.netloc.rpartition("@")[0]
        address = wanted._replace(netloc=f"{user}@{LOOPBACK}:{server.port}")
        await _execute(
            urlunsplit(address._replace(path="/postgres")), f'CREATE DATABASE "{database_name(url)}"'
        )
        await asyncio.to_thread(migrate, urlunsplit(address))
        yield urlunsplit(address)


async def make_read_only(url: str) -> None:
    """As a server that has become a standby: sessions that stand can write no longer, either."""
    await _execute(url, "ALTER SYSTEM SET default_transaction_read_only = on")
    await _execute(url, "SELECT pg_reload_conf()")


def database_name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


def migrate(url: str, revision: str = "head") -> None:
    """Run the project's own migrations, as an operator would. Raises with Alembic's output."""
    _run(url, "-m", "alembic", "-c", "migrations/alembic.ini", "upgrade", revision)


def grant(url: str) -> None:
    """Give the services' roles, which have to be there, their rights."""
    _run(url, "migrations/grant.py")


def _run(url: str, *command: str) -> None:
    environment = os.environ | {"DATABASE_URL": url}
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
