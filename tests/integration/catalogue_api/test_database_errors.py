"""Which of PostgreSQL's errors the client should wait out, also of a server that is read-only now."""

import asyncpg
import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from sqlalchemy import make_url
from support.api import serving

# https://www.postgresql.org/docs/current/errcodes-appendix.html
PASSING = {
    "serialization failure": "40001",
    "deadlock": "40P01",
    "lock not available": "55P03",
    "read-only server": "25006",
    "disk full": "53100",
    "too many connections": "53300",
    "terminated": "57P01",
    "cannot connect now": "57P03",
    "connection failure": "08006",
}
MODEL = {"name": "lab/model", "organization": "lab"}


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET default_transaction_read_only = off")
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def fail_with(url: str, sqlstate: str) -> None:
    """Every model that is written makes the database answer so."""
    await execute(
        url,
        f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION 'as ordered' USING ERRCODE = '{sqlstate}'; END $$",
        "CREATE TRIGGER fail BEFORE INSERT ON models EXECUTE FUNCTION fail()",
    )


@pytest.mark.parametrize("sqlstate", PASSING.values(), ids=PASSING)
async def test_an_error_that_passes_asks_the_client_to_repeat(
    api: httpx.AsyncClient, database_url: str, sqlstate: str
) -> None:
    await fail_with(database_url, sqlstate)
    answer = await api.post("/v1/models", json=MODEL)

    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert int(answer.headers["Retry-After"]) > 0

    await execute(database_url, "DROP TRIGGER fail ON models")
    assert (await api.post("/v1/models", json=MODEL)).status_code == httpx.codes.CREATED


async def test_an_error_that_does_not_pass_is_ours(api: httpx.AsyncClient, database_url: str) -> None:
    await fail_with(database_url, "42501")
    assert (await api.post("/v1/models", json=MODEL)).status_code == httpx.codes.INTERNAL_SERVER_ERROR


async def test_a_pooled_connection_to_a_server_that_is_read_only_now_is_thrown_away(
    kafka: KafkaSettings, database_url: str
) -> None:
    database = make_url(database_url).database
    read_only = f'ALTER DATABASE "{database}" SET default_transaction_read_only = '  # for new sessions
    await execute(database_url, read_only + "on")
    async with serving(kafka, database_url) as api:
        assert (await api.get("/v1/models")).status_code == httpx.codes.OK
        refused = await api.post("/v1/models", json=MODEL)
        assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE

        await execute(database_url, read_only + "off")
        assert (await api.post("/v1/models", json=MODEL)).status_code == httpx.codes.CREATED
