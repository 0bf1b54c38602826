"""A catalogue of the version before keeps its rows through tags, categories and tasks, and back."""

import asyncio

import asyncpg
import pytest
from alembic.command import downgrade
from alembic.config import Config
from support.databases import ROOT, migrate

MODEL = "INSERT INTO models (name, organization) VALUES ('lab/a', 'lab') RETURNING id"
USE_CASE = "INSERT INTO use_cases (model_id, use_case) VALUES ($1, 'Coding')"
COUNTED = (
    "SELECT (SELECT count(*) FROM use_cases), (SELECT count(*) FROM users), (SELECT count(*) FROM models)"
)


async def test_use_cases_and_users_outlive_an_upgrade_and_a_downgrade(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(migrate, empty_database_url, "0009")
    connection = await asyncpg.connect(empty_database_url)
    await connection.execute(USE_CASE, await connection.fetchval(MODEL))
    user = await connection.fetchval("INSERT INTO users (email, name) VALUES ('a@b', 'a') RETURNING id")

    await asyncio.to_thread(migrate, empty_database_url, "0012")
    assert await connection.fetchval("SELECT category_id FROM use_cases") is None
    category = await connection.fetchval("INSERT INTO categories (name) VALUES ('c') RETURNING id")
    await connection.execute("UPDATE use_cases SET category_id = $1", category)
    await connection.execute("INSERT INTO tags (name) VALUES ('t')")
    await connection.execute("INSERT INTO model_tags SELECT m.id, t.id FROM models m, tags t")
    await connection.execute("INSERT INTO tasks (title, assigned_to_id) VALUES ('Look', $1)", user)

    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    await asyncio.to_thread(downgrade, Config(ROOT / "migrations/alembic.ini"), "0009")
    assert [tuple(row) for row in await connection.fetch(COUNTED)] == [(1, 1, 1)]
    await asyncio.to_thread(migrate, empty_database_url, "0012")
    assert [tuple(row) for row in await connection.fetch(COUNTED)] == [(1, 1, 1)]
    await connection.close()
