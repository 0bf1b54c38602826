"""Publishing dead letters again: those that were asked for, and those whose name is known by now.

What is to be replayed is a row's status, so that nothing is lost when a process dies. A letter that was
published and not marked is published again, which changes nothing: its event is known by its id.
"""

import asyncio
from collections import defaultdict
from typing import Any

import structlog
from catalogue_messaging.dead_letters import Letter, kept_headers, to_replay
from catalogue_messaging.failures import TransientError
from catalogue_messaging.publisher import EventPublisher, MessageTooLargeError, PublishError
from catalogue_schema.topics import Topic, topic_named
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ingest_worker.transactions import transaction

log = structlog.get_logger(__name__)

INTERVAL = 1
"""Seconds between two looks while there is nothing to replay."""
AT_ONCE = 500
REPLAY_LOCK = 0x7265706C  # "repl": one worker replays at a time, so that letters go in order

TAKE_TURN = text(f"SELECT pg_try_advisory_xact_lock({REPLAY_LOCK})")
# In the order in which they first stood. A letter that is held is being closed.
NEXT = text("""
SELECT id, topic, key, value, headers, attempts FROM dead_letters WHERE status = 'replaying'
ORDER BY topic, partition, "offset" LIMIT :at_once FOR UPDATE SKIP LOCKED
""")
MARK = text("UPDATE dead_letters SET status = 'replayed' WHERE id = ANY (CAST(:ids AS bigint[]))")
GIVE_UP = text("UPDATE dead_letters SET status = 'open', note = :note WHERE id = :id")
NOT_OURS = "the topic that it stood on is none of the catalogue's"
NOT_KEPT = "its bytes were not kept"


async def replay_for_ever(engine: AsyncEngine, publisher: EventPublisher) -> None:
    """Until cancelled. While PostgreSQL or Kafka is away, what is to be replayed waits."""
    while True:
        try:
            replayed = await replay_some(engine, publisher)
        except (TransientError, PublishError) as error:
            log.warning("replaying will be tried again", error=str(error))
            replayed = 0
        if replayed == 0:
            await asyncio.sleep(INTERVAL)


async def replay_some(engine: AsyncEngine, publisher: EventPublisher) -> int:
    """Publish the next letters, each on its own topic. Returns how many; 0 too while another worker does.

    Raises TransientError and PublishError.
    """
    async with transaction(engine) as connection:
        if not (await connection.execute(TAKE_TURN)).scalar_one():
            return 0
        rows = (await connection.execute(NEXT, {"at_once": AT_ONCE})).mappings().all()
        by_topic: dict[Topic, list[Letter]] = defaultdict(list)
        for row in rows:
            topic = topic_named(row["topic"])
            if topic is None or row["value"] is None:
                await _give_up(connection, row["id"], NOT_OURS if topic is None else NOT_KEPT)
            else:
                by_topic[topic].append(_letter(row))
        for topic, letters in by_topic.items():
            await _replay(connection, publisher, topic, letters)
    if rows:
        log.info("dead letters replayed", count=len(rows))
    return len(rows)


async def _replay(
    connection: AsyncConnection, publisher: EventPublisher, topic: Topic, letters: list[Letter]
) -> None:
    """Raises PublishError."""
    try:
        await publisher.publish_messages(topic, map(to_replay, letters))
    except MessageTooLargeError as error:
        if len(letters) == 1:
            await _give_up(connection, letters[0].id, str(error))
            return
        for letter in letters:
            await _replay(connection, publisher, topic, [letter])
        return
    await connection.execute(MARK, {"ids": [letter.id for letter in letters]})


async def _give_up(connection: AsyncConnection, letter_id: int, why: str) -> None:
    log.warning("dead letter not replayed", letter=letter_id, reason=why)
    await connection.execute(GIVE_UP, {"id": letter_id, "note": f"not replayed: {why}"})


def _letter(row: Any) -> Letter:
    return Letter(row["id"], row["key"], row["value"], kept_headers(row["headers"]), row["attempts"])
