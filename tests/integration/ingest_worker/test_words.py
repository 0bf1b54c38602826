"""Gathering which words opinions have, by segments of blocks."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import asyncpg
import pytest
from catalogue_schema.tables.words import BLOCK, SEGMENT, digest
from ingest_worker.words import WORDS_LOCK, Words
from sqlalchemy.ext.asyncio import AsyncEngine
from support.locks import lock_waits
from support.polling import eventually

Connection: TypeAlias = "asyncpg.Connection[Any]"

IDS = BLOCK * SEGMENT
# The next id is the last of the first segment, or the last but one.
LAST = f"SELECT setval('opinions_id_seq', {IDS} - 2)"
LAST_TWO = f"SELECT setval('opinions_id_seq', {IDS} - 3)"
SAID = ("fast", "late", "first", "next", "in", "stays", "secret", "more", "early")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database_url)
    await connection.execute("INSERT INTO models (name, organization) VALUES ('lab/a', 'lab')")
    yield connection
    await connection.close()


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Connection]:
    """Whose transaction goes on."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def say(database: Connection, *contents: str) -> None:
    for content in contents:
        await database.execute("INSERT INTO opinions (model_id, content) VALUES (1, $1)", content)


async def words(database: Connection) -> dict[int, set[str]]:
    """By block, of what is said here, and of gathered segments alone."""
    found: dict[int, set[str]] = {}
    rows = await database.fetch(
        "SELECT segment, unnest(words) AS word, unnest(blocks) AS blocks "
        "FROM opinion_words JOIN opinion_segments USING (segment) WHERE is_gathered"
    )
    known = {digest(word): word for word in SAID}
    for segment, word, blocks in rows:
        for block in (each for each in range(SEGMENT) if blocks >> each & 1):
            found.setdefault(segment * SEGMENT + block, set()).add(known[word])
    return found


async def test_words_of_a_full_segment_are_gathered_at_the_look_after_the_rows_came(
    engine: AsyncEngine, database: Connection
) -> None:
    gathering = Words(engine)
    await gathering.keep()
    await say(database, "early")
    await database.execute(LAST)
    await say(database, "Fast, fast!", "in the next")
    assert await words(database) == {}
    await gathering.keep()
    await gathering.keep()
    assert await words(database) == {0: {"early"}, SEGMENT - 1: {"fast"}}


async def test_a_row_whose_transaction_goes_on_is_waited_for(
    engine: AsyncEngine, database: Connection, other: Connection
) -> None:
    gathering = Words(engine)
    transaction = other.transaction()
    await transaction.start()
    await database.execute(LAST)
    await say(other, "late")
    await say(database, "next")
    for _ in range(3):
        await gathering.keep()
    assert await words(database) == {}
    await transaction.commit()
    for _ in range(2):
        await gathering.keep()
    assert await words(database) == {SEGMENT - 1: {"late"}}


async def test_who_always_writes_does_not_hold_it_up(
    engine: AsyncEngine, database: Connection, other: Connection
) -> None:
    """Each look sees somebody in the middle of a transaction, and another each time."""
    gathering = Words(engine)
    await database.execute(LAST)
    await say(database, "first", "next")
    for _ in range(3):
        transaction = other.transaction()
        await transaction.start()
        await say(other, "more")
        await gathering.keep()
        await transaction.commit()
    assert await words(database) == {SEGMENT - 1: {"first"}}


async def test_words_of_a_row_that_goes_are_forgotten_and_gathered_without_it(
    engine: AsyncEngine, database: Connection
) -> None:
    gathering = Words(engine)
    await database.execute(LAST_TWO)
    await say(database, "stays", "secret", "next")
    for _ in range(2):
        await gathering.keep()
    assert await words(database) == {SEGMENT - 1: {"secret", "stays"}}
    await database.execute("DELETE FROM opinions WHERE content = 'secret'")
    assert await words(database) == {}
    await gathering.keep()
    assert await words(database) == {SEGMENT - 1: {"stays"}}


@pytest.mark.parametrize("gathered_before", [False, True])
async def test_a_row_that_goes_while_words_are_gathered_leaves_none(
    engine: AsyncEngine, database: Connection, other: Connection, gathered_before: bool
) -> None:
    """Its transaction has deleted, and goes on: who gathers waits for it, or leaves the segment for later."""
    gathering = Words(engine)
    await database.execute(LAST_TWO)
    await say(database, "stays", "secret", "next")
    await gathering.keep()
    if gathered_before:
        await gathering.keep()
    transaction = other.transaction()
    await transaction.start()
    await other.execute("DELETE FROM opinions WHERE content = 'secret'")
    meanwhile = asyncio.create_task(gathering.keep())
    if not gathered_before:
        await eventually(lambda: lock_waits(engine), bool)
    await transaction.commit()
    await meanwhile
    for _ in range(2):
        await gathering.keep()
    assert await words(database) == {SEGMENT - 1: {"stays"}}


async def test_whoever_deletes_after_words_were_read_takes_them_along(
    engine: AsyncEngine, database: Connection, other: Connection
) -> None:
    """The one who gathers has read the row, and is not done: the deletion waits, and forgets the words."""
    await database.execute(LAST_TWO)
    await say(database, "stays", "secret", "next")
    transaction = other.transaction()
    await transaction.start()
    assert await other.fetchval(f"SELECT kept FROM keep_opinion_words({IDS}, 8)") == 1
    deleting = asyncio.create_task(database.execute("DELETE FROM opinions WHERE content = 'secret'"))
    await eventually(lambda: lock_waits(engine), bool)
    await transaction.commit()
    await deleting
    assert await words(database) == {}


async def test_one_worker_gathers_at_a_time(
    engine: AsyncEngine, database: Connection, other: Connection
) -> None:
    gathering = Words(engine)
    await database.execute(LAST)
    await say(database, "first", "next")
    await gathering.keep()
    await other.execute(f"SELECT pg_advisory_lock({WORDS_LOCK})")
    await gathering.keep()
    assert await words(database) == {}
