"""PostgreSQL's own troubles, as it makes them itself: the client is asked to repeat, and then succeeds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from support.api import serving
from support.databases import make_read_only, twin_server
from support.locks import lock_waits
from support.polling import eventually
from support.proxies import proxied

MODEL = {"name": "lab/model", "organization": "lab"}


@pytest.fixture
async def admin(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


def asked_to_repeat(answer: httpx.Response) -> bool:
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    return int(answer.headers["Retry-After"]) > 0


async def created(api: httpx.AsyncClient) -> bool:
    return (await api.post("/v1/models", json=MODEL)).status_code == httpx.codes.CREATED


@asynccontextmanager
async def a_request_that_waits(
    api: httpx.AsyncClient, admin: asyncpg.Connection, engine: AsyncEngine
) -> AsyncIterator["asyncio.Task[httpx.Response]"]:
    """A model's creation, which waits for a lock that is held until the block ends."""
    async with admin.transaction():
        await admin.execute("LOCK TABLE models IN EXCLUSIVE MODE")
        request = asyncio.create_task(api.post("/v1/models", json=MODEL))
        await eventually(lambda: lock_waits(engine), bool)
        yield request


async def test_a_session_that_an_operator_ends(
    api: httpx.AsyncClient, admin: asyncpg.Connection, engine: AsyncEngine
) -> None:
    async with a_request_that_waits(api, admin, engine) as request:
        for process in await lock_waits(engine):
            await admin.execute("SELECT pg_terminate_backend($1)", process)
        assert asked_to_repeat(await request)
    assert await created(api)


async def test_a_lock_that_is_held_too_long(
    kafka: KafkaSettings, database_url: str, admin: asyncpg.Connection, engine: AsyncEngine
) -> None:
    await admin.execute(f"ALTER DATABASE {make_url(database_url).database} SET lock_timeout = '500ms'")
    async with serving(kafka, database_url) as api:
        async with a_request_that_waits(api, admin, engine) as request:
            assert asked_to_repeat(await request)
        assert await created(api)


async def test_a_deadlock(
    api: httpx.AsyncClient, admin: asyncpg.Connection, database_url: str, engine: AsyncEngine
) -> None:
    await admin.execute(
        "CREATE FUNCTION lock_both() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_advisory_xact_lock(1), pg_advisory_xact_lock(2); RETURN NEW; END $$"
    )
    await admin.execute("CREATE TRIGGER lock_both BEFORE INSERT ON models EXECUTE FUNCTION lock_both()")
    other = await asyncpg.connect(database_url)
    await other.execute("SET deadlock_timeout = '1h'")  # so that it is never the one that is given up
    async with other.transaction():
        await other.execute("SELECT pg_advisory_xact_lock(2)")
        request = asyncio.create_task(api.post("/v1/models", json=MODEL))
        await eventually(lambda: lock_waits(engine), bool)
        await other.execute("SELECT pg_advisory_xact_lock(1)")
        assert asked_to_repeat(await request)
    await other.close()
    assert await created(api)


@asynccontextmanager
async def role(admin: asyncpg.Connection) -> AsyncIterator[str]:
    """One that may do all, but is no superuser, for whom limits do not count."""
    name = f"limited_{uuid4().hex}"
    await admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'")
    await admin.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}")
    await admin.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {name}")
    yield name
    await admin.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


def as_role(url: str, name: str) -> URL:
    return make_url(url).set(username=name, password=name)


async def test_no_connection_is_left(
    kafka: KafkaSettings, database_url: str, admin: asyncpg.Connection
) -> None:
    async with role(admin) as name:
        url = as_role(database_url, name).render_as_string(hide_password=False)
        await admin.execute(f"ALTER ROLE {name} CONNECTION LIMIT 0")
        async with serving(kafka, url) as api:
            assert asked_to_repeat(await api.get("/v1/models"))
            await admin.execute(f"ALTER ROLE {name} CONNECTION LIMIT -1")
            assert await created(api)


async def test_a_password_that_is_changed_before_its_setting(
    kafka: KafkaSettings, database_url: str, admin: asyncpg.Connection
) -> None:
    async with role(admin) as name:
        url = as_role(database_url, name).render_as_string(hide_password=False)
        await admin.execute(f"ALTER ROLE {name} PASSWORD 'another'")
        async with serving(kafka, url) as api:
            assert asked_to_repeat(await api.get("/v1/models"))


async def test_a_database_that_is_being_restored(kafka: KafkaSettings, database_url: str) -> None:
    missing = make_url(database_url).set(database=f"missing_{uuid4().hex}")
    async with serving(kafka, missing.render_as_string(hide_password=False)) as api:
        assert asked_to_repeat(await api.get("/v1/models"))


async def test_a_server_whose_place_another_has_taken(
    kafka: KafkaSettings, database_url: str, tmp_path: Path
) -> None:
    async with (
        twin_server(tmp_path, database_url) as old,
        proxied(old) as (url, proxy),
        serving(kafka, url) as api,
    ):
        await asyncio.gather(*(api.get("/v1/models") for _ in range(5)))  # fills the pool
        await make_read_only(old)
        proxy.lead_to(database_url)
        assert asked_to_repeat(await api.post("/v1/models", json=MODEL))

        several = [MODEL | {"name": f"lab/{number}"} for number in range(5)]
        answers = await asyncio.gather(*(api.post("/v1/models", json=each) for each in several))
        assert {answer.status_code for answer in answers} == {httpx.codes.CREATED}
        assert len((await api.get("/v1/models")).json()["items"]) == 5


async def test_nobody_listens(kafka: KafkaSettings, database_url: str, free_port: int) -> None:
    nowhere = make_url(database_url).set(port=free_port)
    async with serving(kafka, nowhere.render_as_string(hide_password=False)) as api:
        assert asked_to_repeat(await api.get("/v1/models"))
