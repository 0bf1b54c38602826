"""The engine works where each transaction runs on another server connection."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from catalogue_schema.database import create_engine
from catalogue_schema.tables import Model, Opinion, UseCase
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import SQLModel, func, insert, select
from sqlmodel.ext.asyncio.session import AsyncSession
from support.databases import migrate
from support.pooler import transaction_pooler

CLIENTS, ROUNDS = 4, 5


@pytest.fixture
async def pooled_url(database_url: str) -> AsyncIterator[str]:
    async with transaction_pooler(database_url) as url:
        yield url


async def catalogue(engine: AsyncEngine, client: int) -> None:
    """What the services do: units of work, bulk inserts, JSON, arrays, updates that return, deletes."""
    for turn in range(ROUNDS):
        async with AsyncSession(engine, expire_on_commit=False) as db:
            model = Model(name=f"{client}/{turn}", organization="o", metadata={"turn": turn})
            db.add(model)
            await db.flush()
            assert model.id is not None
            db.add_all(Opinion(model_id=model.id, content=str(n), tags=["a", "b"]) for n in range(20))
            await db.commit()
            model.license = "MIT"
            await db.commit()
            connection = await db.connection()
            await connection.execute(
                insert(UseCase), [{"model_id": model.id, "use_case": str(n)} for n in range(50)]
            )
            await db.commit()
        async with AsyncSession(engine) as db:
            read = (await db.exec(select(Model).where(Model.name == f"{client}/{turn}"))).one()
            assert (read.metadata_, read.license) == ({"turn": turn}, "MIT")


async def count(engine: AsyncEngine, table: type[SQLModel]) -> int:
    async with AsyncSession(engine) as db:
        return (await db.exec(select(func.count()).select_from(table))).one()


async def test_many_sessions_at_once_work_through_a_transaction_pooler(pooled_url: str) -> None:
    engines = [create_engine(pooled_url, pool_size=2) for _ in range(2)]
    await asyncio.gather(*(catalogue(engines[client % 2], client) for client in range(CLIENTS)))
    assert [await count(engines[0], table) for table in (Model, Opinion, UseCase)] == [
        CLIENTS * ROUNDS,
        CLIENTS * ROUNDS * 20,
        CLIENTS * ROUNDS * 50,
    ]
    for engine in engines:
        await engine.dispose()


async def test_no_prepared_statement_is_left_on_the_server(pooled_url: str) -> None:
    engine = create_engine(pooled_url)
    await catalogue(engine, 0)
    async with engine.connect() as connection:
        assert (
            await connection.execute(text("SELECT count(*) FROM pg_prepared_statements"))
        ).scalar_one() == 0
    await engine.dispose()


async def test_the_pooler_breaks_an_engine_that_caches_prepared_statements(pooled_url: str) -> None:
    url = make_url(pooled_url).set(drivername="postgresql+asyncpg", query={"ssl": "disable"})
    engine = create_async_engine(url, pool_size=CLIENTS)
    outcomes = await asyncio.gather(
        *(catalogue(engine, client) for client in range(CLIENTS)), return_exceptions=True
    )
    assert any("prepared statement" in str(outcome) for outcome in outcomes)
    await engine.dispose()


async def test_migrations_run_through_a_transaction_pooler(empty_database_url: str) -> None:
    async with transaction_pooler(empty_database_url) as url:
        await asyncio.gather(*(asyncio.to_thread(migrate, url) for _ in range(3)))
        engine = create_engine(url)
        assert await count(engine, Model) == 0
        await engine.dispose()
