"""Each service's database role may do what the service does, and no more."""

import asyncpg
import pytest
from support.compose import ComposeStack

DENIED = {
    "catalogue_api": [
        "INSERT INTO opinions (model_id, content) VALUES (1, 'x')",
        "DELETE FROM opinions",
        "DELETE FROM opinion_words",
        "UPDATE benchmark_results SET score = 1",
        "UPDATE opinion_counts SET rows = 0",
        "DELETE FROM dead_letters",
        "DELETE FROM suppressions",
        "INSERT INTO result_reports (event_id, score) VALUES (gen_random_uuid(), 1)",
        "UPDATE model_prices SET input = 0",
        "UPDATE audit_entries SET actor = 'anyone'",
        "DELETE FROM audit_entries",
        "DELETE FROM users",
        "SELECT version_num FROM alembic_version",
        "DROP TABLE models",
        "CREATE TABLE mine (id int)",
        "TRUNCATE models",
        "ALTER TABLE models ADD COLUMN mine int",
        "UPDATE alembic_version SET version_num = '0'",
    ],
    "ingest_worker": [
        "INSERT INTO models (name, organization) VALUES ('x', 'x')",
        "DELETE FROM models",
        "UPDATE benchmarks SET description = 'x'",
        "SELECT * FROM use_cases",
        "DELETE FROM tasks",
        "INSERT INTO tags (name) VALUES ('x')",
        "DELETE FROM result_reports",
        "SELECT erase_events('[]', '{}')",
        "DELETE FROM suppressions",
        "UPDATE opinions SET content = 'x'",
        "INSERT INTO opinion_counts (model_id, slot, rows) VALUES (1, 0, 1)",
        "DROP TABLE opinions",
        "CREATE TABLE mine (id int)",
        "SELECT digest FROM api_keys",
        "SELECT digest FROM sessions",
        "SELECT action FROM audit_entries",
    ],
}


@pytest.mark.parametrize(
    ("role", "statement"), [(role, statement) for role, all_ in DENIED.items() for statement in all_]
)
async def test_what_a_service_does_not_do_it_may_not(stack: ComposeStack, role: str, statement: str) -> None:
    connection = await asyncpg.connect(stack.database_url(role))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_right_that_was_given_by_hand_is_taken_back_by_the_next_migration(
    stack: ComposeStack, owner: asyncpg.Connection
) -> None:
    allowed = "SELECT has_table_privilege('ingest_worker', 'models', 'DELETE')"
    await owner.execute("GRANT DELETE ON models TO ingest_worker")
    assert await owner.fetchval(allowed)

    stack.compose("run", "--rm", "--no-deps", "migrations")
    assert not await owner.fetchval(allowed)
