import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from alembic.command import check, downgrade, upgrade
from alembic.config import Config
from alembic.util import CommandError
from catalogue_schema.database import create_engine, init_db
from sqlalchemy import make_url

ROOT = Path(__file__).parents[3]
CONFIG = ROOT / "migrations/alembic.ini"
# what makes a schema: columns in their order, indexes, constraints, triggers, functions, sequences
SCHEMA = """
SELECT 'column', attrelid::regclass::text || '.' || attname, attnum || ' ' || format_type(atttypid, atttypmod)
       || CASE WHEN attnotnull THEN ' not null ' ELSE ' ' END || coalesce(pg_get_expr(adbin, adrelid), '')
  FROM pg_attribute
  JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' AND relnamespace = 'public'::regnamespace
  LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attnum > 0 AND NOT attisdropped
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid)
  FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', oid::regprocedure::text, prosrc
  FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT 'sequence', sequencename, data_type::text FROM pg_sequences WHERE schemaname = 'public'
"""


async def alembic(url: str, command: Callable[..., object], *arguments: str) -> None:
    """Run one of Alembic's commands here: quicker than a process of its own."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", url)
        await asyncio.to_thread(command, Config(CONFIG), *arguments)


def alembic_process(url: str | None, *arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run Alembic as an operator would, with DATABASE_URL set to `url`, or not at all."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    if url is not None:
        environment["DATABASE_URL"] = url
    command = [sys.executable, "-m", "alembic", "-c", str(CONFIG), *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


async def schema(url: str) -> dict[tuple[str, str], str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(SCHEMA)
    await connection.close()
    return {(kind, name): told for kind, name, told in rows if "alembic_version" not in name}


async def test_upgrade_downgrade_and_upgrade_again_leave_nothing_behind(empty_database_url: str) -> None:
    found = []
    for step, revision in ((upgrade, "head"), (downgrade, "base"), (upgrade, "head")):
        await alembic(empty_database_url, step, revision)
        found.append(await schema(empty_database_url))
    assert found[0] != {}
    assert found[1] == {}
    assert found[2] == found[0]


async def test_migrations_make_what_the_models_say(database_url: str, empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)
    await init_db(engine)
    await engine.dispose()
    assert await schema(database_url) == await schema(empty_database_url)


async def test_check_finds_no_drift(database_url: str) -> None:
    await alembic(database_url, check)


@pytest.mark.parametrize(
    "drift",
    [
        "ALTER TABLE models DROP COLUMN license",
        "ALTER TABLE models ADD COLUMN stars integer",
        "ALTER TABLE models ALTER COLUMN license TYPE text",
        "ALTER TABLE opinions ALTER COLUMN event_id DROP DEFAULT",
        "ALTER TABLE benchmarks ALTER COLUMN name DROP NOT NULL",
        "DROP INDEX ix_benchmarks_category",
        "ALTER TABLE benchmark_results DROP CONSTRAINT uix_model_benchmark_date",
        "DROP TABLE use_cases",
    ],
)
async def test_check_fails_where_database_and_models_differ(database_url: str, drift: str) -> None:
    await execute(database_url, drift)
    with pytest.raises(CommandError, match="New upgrade operations detected"):
        await alembic(database_url, check)


async def test_several_that_migrate_at_once_all_succeed(empty_database_url: str) -> None:
    at_once = [asyncio.to_thread(alembic_process, empty_database_url, "upgrade", "head") for _ in range(3)]
    done = await asyncio.gather(*at_once)
    assert [one.returncode for one in done] == [0, 0, 0], [one.stderr for one in done]
    ran = [one for one in done if "Running upgrade" in one.stderr]
    assert len(ran) == 1, "one migrates, the others find it done"


async def test_migration_that_fails_changes_nothing(empty_database_url: str) -> None:
    await execute(empty_database_url, "CREATE TABLE opinions (mine text)")
    before = await schema(empty_database_url)
    with pytest.raises(SystemExit, match='relation "opinions" already exists'):
        await alembic(empty_database_url, upgrade, "head")
    assert await schema(empty_database_url) == before


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "DATABASE_URL is not set"),
        ("no url", "DATABASE_URL"),
        ("mysql://a:b@c/d", "use postgresql://"),
        ("postgresql://a:secret@127.0.0.1:1/d", "Start it, or correct DATABASE_URL"),
        ("postgresql://a:secret@no-such-host.invalid/d", "Start it, or correct DATABASE_URL"),
    ],
)
async def test_migrating_no_database_says_in_one_line_what_to_do(url: str, says: str) -> None:
    with pytest.raises(SystemExit, match=says) as stopped:
        await alembic(url, upgrade, "head")
    assert "\n" not in str(stopped.value)
    assert "secret" not in str(stopped.value)


async def test_wrong_password_is_said_in_one_line(database_url: str) -> None:
    wrong = make_url(database_url).set(password="wrong").render_as_string(hide_password=False)
    with pytest.raises(SystemExit, match="password authentication failed") as stopped:
        await alembic(wrong, upgrade, "head")
    assert "\n" not in str(stopped.value)


def test_command_without_a_database_ends_without_a_traceback() -> None:
    done = alembic_process(None, "upgrade", "head")
    assert done.returncode == 1
    assert done.stderr.startswith("DATABASE_URL is not set")
    assert len(done.stderr.splitlines()) == 1


def test_sql_is_printed_for_review_without_a_database(tmp_path: Path) -> None:
    done = alembic_process(None, "upgrade", "head", "--sql", cwd=tmp_path)
    assert done.returncode == 0
    assert "CREATE TABLE models" in done.stdout
