"""What was erased after a backup stays erased when that is restored, as deploy/bin/restore does it."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from local_stack.postgres import BIN
from pydantic import SecretStr
from support.api import serving
from support.databases import ROOT, database_name, fresh_database, migrate

KEY = "a key for these tests, of 32 characters"
WHO = "Jane Q. Zöllner"
CARRY = """
set -euo pipefail
sql() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"; }
. deploy/bin/erasures.sh
carry_erasures "$1" "$2"
"""


@pytest.fixture
async def erasing(kafka: KafkaSettings, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(kafka, database_url, erasure_key=SecretStr(KEY)) as client:
        yield client


def run(url: str, *command: str, stdin: bytes = b"", **settings: str) -> subprocess.CompletedProcess[bytes]:
    server = urlsplit(url)
    reach = {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "PGHOST": str(server.hostname),
        "PGPORT": str(server.port),
        "PGUSER": str(server.username),
        "PGPASSWORD": str(server.password),
        "DATABASE_URL": url,
    }
    environment = os.environ | reach | settings
    return subprocess.run(command, cwd=ROOT, env=environment, input=stdin, capture_output=True, check=False)


def backed_up(url: str) -> bytes:
    done = run(url, "pg_dump", "--format", "custom", "--dbname", database_name(url))
    assert done.returncode == 0, done.stderr
    return done.stdout


@asynccontextmanager
async def restored(admin_url: str, dump: bytes) -> AsyncIterator[str]:
    async with fresh_database(admin_url, "template0") as url:
        to = ("--dbname", database_name(url))
        done = run(url, "pg_restore", "--exit-on-error", "--no-owner", *to, stdin=dump)
        assert done.returncode == 0, done.stderr
        await asyncio.to_thread(migrate, url)
        yield url


def carry(source: str, target: str) -> subprocess.CompletedProcess[bytes]:
    return run(target, "bash", "-c", CARRY, "carry", database_name(source), database_name(target))


def apply(url: str, key: str | None = KEY) -> subprocess.CompletedProcess[bytes]:
    command = (sys.executable, "-m", "catalogue_api", "erasures", "apply")
    settings = {} if key is None else {"ERASURE_KEY": key}
    return run(url, *command, stdin=b"", **settings)


async def execute(url: str, statement: str, *values: Any) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(statement, *values)]
    finally:
        await connection.close()


async def fill(url: str) -> None:
    """An opinion of theirs and one of another's, and two dead letters, of which one names no event."""
    await execute(url, "INSERT INTO models (name, organization) VALUES ('lab/model', 'lab')")
    for author in (WHO, "Ann"):
        await execute(
            url,
            "INSERT INTO opinions (model_id, content, author, event_id) "
            "SELECT id, 'So so.', $1, $2 FROM models",
            author,
            uuid4(),
        )
    for event_id, value in ((uuid4(), {"author": WHO}), (None, {"mentioned_by": WHO})):
        await execute(
            url,
            "INSERT INTO dead_letters (event_id, reason, detail, exception_class, topic, partition, "
            '"offset", value) '
            "VALUES ($1, 'invalid', 'd', 'E', 't', 0, 1, $2)",
            event_id,
            json.dumps(value).encode(),
        )


async def authors(url: str) -> list[Any]:
    letters = await execute(url, "SELECT id FROM dead_letters")
    return [*(await execute(url, "SELECT author FROM opinions ORDER BY author")), *letters]


@pytest.mark.parametrize("gone_before", ["", "DELETE FROM opinions"])
async def test_what_was_erased_after_a_backup_is_erased_from_it(
    erasing: httpx.AsyncClient, database_url: str, postgres_url: str, gone_before: str
) -> None:
    """Also what was gone by then, whose id nobody could note: it is known by whose it was."""
    await fill(database_url)
    dump = backed_up(database_url)
    if gone_before:
        await execute(database_url, gone_before)
    (await erasing.post("/v1/erasures", json={"author": WHO})).raise_for_status()

    async with restored(postgres_url, dump) as url:
        assert len(await authors(url)) == 4
        for done in (carry(database_url, url), apply(url)):
            assert done.returncode == 0, done.stderr.decode()
        assert await authors(url) == [("Ann",)]


async def test_a_backup_from_before_there_were_erasures_is_restored(
    erasing: httpx.AsyncClient, postgres_url: str, database_url: str
) -> None:
    async with fresh_database(postgres_url) as old:
        await asyncio.to_thread(migrate, old, "0012")
        dump = backed_up(old)
    (await erasing.post("/v1/erasures", json={"author": WHO})).raise_for_status()
    async with restored(postgres_url, dump) as url:
        for done in (carry(database_url, url), apply(url)):
            assert done.returncode == 0, done.stderr.decode()
        assert len(await execute(url, "SELECT id FROM erasures")) == 1


async def test_a_backup_restored_where_nothing_is_keeps_its_own_erasures(
    erasing: httpx.AsyncClient, database_url: str, empty_database_url: str, postgres_url: str
) -> None:
    (await erasing.post("/v1/erasures", json={"author": WHO})).raise_for_status()
    async with restored(postgres_url, backed_up(database_url)) as url:
        for done in (carry(empty_database_url, url), apply(url)):
            assert done.returncode == 0, done.stderr.decode()
        assert len(await execute(url, "SELECT id FROM suppressions")) == 2


@pytest.mark.parametrize(
    ("key", "said"),
    [("another key, of 32 characters and more", b"is not the one"), (None, b"set ERASURE_KEY")],
)
async def test_with_another_key_nothing_is_put_in_place(
    erasing: httpx.AsyncClient, database_url: str, key: str | None, said: bytes
) -> None:
    (await erasing.post("/v1/erasures", json={"author": WHO})).raise_for_status()
    refused = apply(database_url, key)

    assert refused.returncode == 1
    assert said in refused.stderr
