"""Dead letters are kept for a time, and counted before they go."""

import asyncio
from collections import Counter

import structlog
from catalogue_messaging.failures import TransientError
from prometheus_client import Counter as Metric
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_worker.transactions import transaction

EXPIRED = Metric(
    "catalogue_dead_letters_expired", "Dead letters that were kept long enough", ["reason", "status"]
)

log = structlog.get_logger(__name__)

INTERVAL = 600
"""Seconds between two looks."""
AT_ONCE = 5000

DELETE = text("""
DELETE FROM dead_letters WHERE id IN (
    SELECT id FROM dead_letters
    WHERE updated_at < now() - make_interval(days => :days) AND status <> 'replaying'
    LIMIT :at_once FOR UPDATE SKIP LOCKED)
RETURNING reason, status
""")


async def expire_for_ever(engine: AsyncEngine, days: int) -> None:
    """Until cancelled."""
    while True:
        try:
            while await expire_some(engine, days) == AT_ONCE:
                pass
        except TransientError as error:
            log.warning("dead letters will be expired later", error=str(error))
        await asyncio.sleep(INTERVAL)


async def expire_some(engine: AsyncEngine, days: int) -> int:
    """Delete letters that nothing has happened to for `days`. Returns how many. Raises TransientError."""
    async with transaction(engine) as connection:
        gone = (await connection.execute(DELETE, {"days": days, "at_once": AT_ONCE})).all()
    for (reason, status), count in Counter(tuple(row) for row in gone).items():
        EXPIRED.labels(reason, status).inc(count)
        log.info("dead letters expired", reason=reason, status=status, count=count)
    return len(gone)
