from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from catalogue_schema import database
from catalogue_schema.database import create_engine, get_db, init_db
from catalogue_schema.tables import Model
from sqlalchemy import make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

session = asynccontextmanager(get_db)


@pytest.fixture
async def environment(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """DATABASE_URL names this test's database."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    database._engine_from_environment.cache_clear()
    yield
    await database._engine_from_environment().dispose()
    database._engine_from_environment.cache_clear()


def with_parameters(url: str, **parameters: str) -> str:
    return make_url(url).update_query_dict(parameters).render_as_string(hide_password=False)


async def answer(url: str, question: str = "SELECT 42") -> object:
    engine = create_engine(url)
    try:
        async with engine.connect() as connection:
            return (await connection.execute(text(question))).scalar_one()
    finally:
        await engine.dispose()


@pytest.mark.usefixtures("environment")
async def test_session_commits_at_its_end() -> None:
    async with session() as db:
        db.add(Model(name="a", organization="b"))
    async with session() as db:
        assert (await db.exec(select(Model.name))).all() == ["a"]


@pytest.mark.usefixtures("environment")
async def test_session_rolls_back_on_an_error() -> None:
    async def fail(db: AsyncSession) -> None:
        db.add(Model(name="a", organization="b"))
        await db.flush()
        raise ValueError("nothing of this")

    with pytest.raises(ValueError, match="nothing of this"):
        async with session() as db:
            await fail(db)
    async with session() as db:
        assert (await db.exec(select(Model))).all() == []


async def test_session_takes_an_engine_of_its_own(database_url: str) -> None:
    engine = create_engine(database_url)
    async with session(engine) as db:
        assert (await db.exec(select(Model))).all() == []
    await engine.dispose()


async def test_session_without_a_database_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    database._engine_from_environment.cache_clear()
    with pytest.raises(RuntimeError, match="DATABASE_URL is not set"):
        async with session():
            pass


async def test_init_db_may_be_repeated(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)
    await init_db(engine)
    await init_db(engine)
    async with session(engine) as db:
        db.add(Model(name="a", organization="b"))
    await engine.dispose()


async def test_engine_reads_on_after_a_migration_changed_a_column_s_type(database_url: str) -> None:
    engine, migration = create_engine(database_url, pool_size=1), create_engine(database_url)
    async with session(engine) as db:
        db.add(Model(name="a", organization="b"))
    ids = []
    for kind in ("integer", "bigint"):
        async with migration.begin() as connection:
            await connection.execute(text(f"ALTER TABLE models ALTER COLUMN id TYPE {kind}"))
        async with session(engine) as db:
            ids.append((await db.exec(select(Model.id))).one())
    assert ids == [1, 1]
    await engine.dispose()
    await migration.dispose()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg"])
async def test_every_postgresql_scheme_is_taken(database_url: str, scheme: str) -> None:
    assert await answer(f"{scheme}://{database_url.split('://')[1]}") == 42


@pytest.mark.parametrize(
    "parameters",
    [
        {"sslmode": "disable"},
        {"sslmode": "prefer"},
        {"sslmode": "prefer", "channel_binding": "prefer", "gssencmode": "disable"},
        {"pgbouncer": "true", "connection_limit": "1", "pool_timeout": "0"},
        {"application_name": "catalogue"},
    ],
)
async def test_parameters_that_database_hosts_put_into_urls_are_taken(
    database_url: str, parameters: dict[str, str]
) -> None:
    assert await answer(with_parameters(database_url, **parameters)) == 42


async def test_parameters_of_the_server_reach_it(database_url: str) -> None:
    url = with_parameters(database_url, application_name="catalogue")
    assert await answer(url, "SELECT current_setting('application_name')") == "catalogue"


async def test_sslmode_require_never_falls_back_to_plain_text(database_url: str) -> None:
    with pytest.raises(ConnectionError, match="SSL"):
        await answer(with_parameters(database_url, sslmode="require"))


async def test_sslmode_verify_full_reads_the_root_certificate(database_url: str) -> None:
    url = with_parameters(database_url, sslmode="verify-full", sslrootcert="/nowhere/ca.pem")
    with pytest.raises(FileNotFoundError):
        await answer(url)


async def test_sslmode_that_does_not_exist_is_refused(database_url: str) -> None:
    with pytest.raises(DBAPIError, match="sslmode"):
        await answer(with_parameters(database_url, sslmode="sometimes"))


@pytest.mark.parametrize("url", ["mysql://a:b@c/d", "sqlite://", "postgresql://a:b@c:port/d", "no url", ""])
def test_url_that_is_not_postgresql_s_is_refused(url: str) -> None:
    with pytest.raises(ArgumentError):
        create_engine(url)
