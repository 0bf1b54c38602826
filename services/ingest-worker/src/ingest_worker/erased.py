"""Telling consumers which events to delete, since somebody's data were erased."""

import asyncio
from collections import defaultdict
from uuid import UUID

import structlog
from catalogue_messaging.failures import TransientError
from catalogue_messaging.publisher import EventPublisher, PublishError
from catalogue_schema.events import ErasedEventId, SubjectErased
from catalogue_schema.topics import SUBJECTS_ERASED
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_worker.transactions import transaction

log = structlog.get_logger(__name__)

INTERVAL = 1
"""Seconds between two looks while there is nothing to tell."""
AT_ONCE = 1000

NEXT = text("""
SELECT id, erasure_id, event_id, producer FROM erased_events WHERE NOT is_told
ORDER BY id LIMIT :at_once FOR UPDATE SKIP LOCKED
""")
MARK = text("UPDATE erased_events SET is_told = true WHERE id = ANY (CAST(:ids AS bigint[]))")


async def tell_for_ever(engine: AsyncEngine, publisher: EventPublisher) -> None:
    """Until cancelled. While PostgreSQL or Kafka is away, what is to be told waits."""
    while True:
        try:
            told = await tell_some(engine, publisher)
        except (TransientError, PublishError) as error:
            log.warning("consumers will be told later what was erased", error=str(error))
            told = 0
        if told == 0:
            await asyncio.sleep(INTERVAL)


async def tell_some(engine: AsyncEngine, publisher: EventPublisher) -> int:
    """Publish the next. Returns of how many events. Raises TransientError and PublishError.

    What was published and not marked is published again, and says the same.
    """
    async with transaction(engine) as connection:
        rows = (await connection.execute(NEXT, {"at_once": AT_ONCE})).all()
        if not rows:
            return 0
        erased: dict[UUID, list[ErasedEventId]] = defaultdict(list)
        for row in rows:
            erased[row.erasure_id].append(ErasedEventId(event_id=row.event_id, producer=row.producer))
        events = [SubjectErased(erasure_id=of, events=tuple(ids)) for of, ids in erased.items()]
        await publisher.publish(SUBJECTS_ERASED, events)
        await connection.execute(MARK, {"ids": [row.id for row in rows]})
    log.info("consumers were told what was erased", events=len(rows))
    return len(rows)
