"""The services' rights: enough for all that they do, and nothing that they do not use."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from catalogue_api.access.accounts import AccountCreate, AccountUpdate, change_user, create_user
from catalogue_api.access.auditing import AuditQuery, Deed, audit, list_audit
from catalogue_api.access.keyring import Rotation, create_key, revoke_key, rotate_key
from catalogue_api.access.lookup import lookup_in
from catalogue_api.access.passwords import Passwords
from catalogue_api.access.principals import OPERATOR
from catalogue_api.access.sessions import SignIn, sign_in
from catalogue_messaging.failures import Received
from catalogue_schema.database import create_engine, get_db
from catalogue_schema.events import (
    DeadLetter,
    OpinionClassified,
    ResultReported,
    SubmissionRetracted,
    UseCaseMentioned,
)
from catalogue_schema.tables import ApiKeyCreate
from ingest_worker.dead_letters import record_dead_letters
from ingest_worker.opinions import OPINIONS
from ingest_worker.results import RESULTS
from ingest_worker.retractions import RETRACTIONS
from ingest_worker.tasks import Limits, keep_tasks
from ingest_worker.use_cases import USE_CASES
from ingest_worker.words import Words
from ingest_worker.writing import write_events
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine
from support.databases import grant
from support.kafka import record
from support.rows import batch, create_catalogue

ROLES = ("catalogue_api", "ingest_worker")
KNOWN = {"model": "lab/model"}
RESULT: dict[str, Any] = {**KNOWN, "benchmark": "MMLU", "score": 1.0}
LETTER = uuid4()
FAILED: dict[str, Any] = {"reason": "unknown_model", "detail": "d", "exception_class": "E", "topic": "t",
                          "partition": 1, "offset": 2}  # fmt: skip


@pytest.fixture
async def granted(database_url: str) -> str:
    """The URL of a catalogue whose services have their rights."""
    connection = await asyncpg.connect(database_url)
    for role in ROLES:  # of the whole server: another test may be making them at this moment
        make = f"CREATE ROLE {role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL"
        await connection.execute(f"DO $$ BEGIN {make}; END $$")
    await connection.close()
    await asyncio.to_thread(grant, database_url)
    owner = create_engine(database_url)
    await create_catalogue(owner)
    await owner.dispose()
    return database_url


@asynccontextmanager
async def engine_as(role: str, url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(url, connect_args={"server_settings": {"role": role}})
    yield engine
    await engine.dispose()


@pytest.fixture
async def as_ingest_worker(granted: str) -> AsyncIterator[AsyncEngine]:
    async with engine_as("ingest_worker", granted) as engine:
        yield engine


async def test_it_may_write_every_event_again_and_again(as_ingest_worker: AsyncEngine) -> None:
    earlier, later = ResultReported(**RESULT), ResultReported(**RESULT)
    use_case = UseCaseMentioned(**KNOWN, use_case="Coding")
    opinion = OpinionClassified(**KNOWN, content="Good.", sentiment="positive")
    retraction = SubmissionRetracted(retracts=later.event_id, reason="Sent twice")
    for attempt in (1, 2):
        assert await write_events(as_ingest_worker, OPINIONS, batch(opinion)) == []
        assert await write_events(as_ingest_worker, RESULTS, batch(later, earlier)) == []
        assert await write_events(as_ingest_worker, USE_CASES, batch(use_case)) == []
        assert await write_events(as_ingest_worker, RETRACTIONS, batch(retraction)) == []
        for event_id in (uuid4(), LETTER, None):
            letter = DeadLetter(event_id=event_id, attempts=attempt, **FAILED)
            assert await record_dead_letters(as_ingest_worker, [Received(record(b""), letter)]) == []
        await keep_tasks(as_ingest_worker, Limits(more_than=1, window=60))
        await Words(as_ingest_worker).keep()


async def test_the_api_may_keep_keys_accounts_sessions_and_the_audit(granted: str) -> None:
    async with engine_as("catalogue_api", granted) as engine:
        passwords, password = Passwords(), SecretStr("correct horse battery")
        new = AccountCreate(email="ann@example.org", name="Ann", password=password)
        who = SignIn(email="ann@example.org", password=password)
        async with asynccontextmanager(get_db)(engine) as db:
            made = await create_key(db, ApiKeyCreate(name="k", scopes=["read"]))
            user = await create_user(db, new, passwords)
            session = await sign_in(db, who, passwords, 1, former=None)
            await audit(db, OPERATOR, Deed("create", "api-keys", made.id))
        for token in (made.key, session.token):
            assert await lookup_in(engine)(token) is not None
        async with asynccontextmanager(get_db)(engine) as db:
            await rotate_key(db, made.id, Rotation(overlap_hours=0))
            await revoke_key(db, made.id)
            await change_user(db, user.id, AccountUpdate(is_active=False), passwords)
            [entry] = (await list_audit(db, AuditQuery())).items
        assert entry.target == str(made.id)
        for token in (made.key, session.token):
            assert await lookup_in(engine)(token) is None


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("ingest_worker", "SELECT content FROM opinions"),
        ("ingest_worker", "SELECT words FROM opinion_words"),
        ("ingest_worker", "SELECT description FROM models"),
        ("ingest_worker", "SELECT use_case FROM use_cases"),
        ("ingest_worker", "UPDATE benchmark_results SET model_id = 1"),
        ("ingest_worker", "DELETE FROM result_reports"),
        ("ingest_worker", "DELETE FROM retractions"),
        ("ingest_worker", "UPDATE tasks SET title = 'x'"),
        ("ingest_worker", "DELETE FROM tasks"),
        ("ingest_worker", "SELECT name FROM tags"),
        ("catalogue_api", "DELETE FROM opinions"),
        ("catalogue_api", "DELETE FROM result_reports"),
        ("catalogue_api", "SELECT slot FROM opinion_counts"),
        ("catalogue_api", "SELECT version_num FROM alembic_version"),
        ("catalogue_api", "UPDATE audit_entries SET actor = 'anyone'"),
        ("catalogue_api", "DELETE FROM audit_entries"),
        ("catalogue_api", "DELETE FROM suppressions"),
        ("catalogue_api", "SELECT keep_opinion_words(1, 1)"),
        ("ingest_worker", "SELECT erase_events('[]', '{}')"),
        ("catalogue_api", "TRUNCATE audit_entries"),
        ("catalogue_api", "DELETE FROM users"),
        ("catalogue_api", "DELETE FROM api_keys"),
        ("ingest_worker", "SELECT name FROM api_keys"),
        ("ingest_worker", "SELECT email FROM users"),
        ("ingest_worker", "SELECT id FROM sessions"),
        ("ingest_worker", "INSERT INTO audit_entries (actor, action, kind) VALUES ('key', 'x', 'y')"),
    ],
)
async def test_a_service_may_not_do_what_it_does_not_use(granted: str, role: str, statement: str) -> None:
    async with engine_as(role, granted) as engine:
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with engine.begin() as connection:
                await connection.execute(text(statement))
