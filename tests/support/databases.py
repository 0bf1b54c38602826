"""Databases of a test's own, on the test run's PostgreSQL."""

import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

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
