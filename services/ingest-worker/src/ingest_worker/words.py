"""Gathering which words opinions have, so that a search looks only where its words are.

It keeps off the way of events: it begins when rows are settled, and rests twice as long as it works.
"""

import asyncio
import time
from dataclasses import dataclass

import structlog
from catalogue_messaging.failures import TransientError
from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_worker.transactions import transaction

BEHIND = Gauge(
    "catalogue_opinion_words_behind", "Segments of 16,384 opinions that every search of words looks through"
)

log = structlog.get_logger(__name__)

INTERVAL = 10
"""Seconds between two looks."""
AT_ONCE = 1
"""Segments of a transaction: some half a second."""
REST = 2
"""Times as long as it took."""
WORDS_LOCK = 0x776F7264  # "word": one worker gathers at a time

# The rows first, then those who write: whoever may still add a row before the last one is among these.
SEEN = text("""
SELECT (SELECT coalesce(max(id), 0) FROM opinions), ARRAY(
    SELECT virtualtransaction FROM pg_locks
    WHERE relation = 'opinions'::regclass AND mode = 'RowExclusiveLock' AND granted)
""")
TAKE_TURN = text(f"SELECT pg_try_advisory_xact_lock({WORDS_LOCK})")
KEEP = text("SELECT kept, behind FROM keep_opinion_words(:settled, :at_once)")


@dataclass(frozen=True, slots=True)
class Seen:
    """The last row, and the transactions that may still add rows before it."""

    last: int
    writers: frozenset[str]


async def keep_words_for_ever(engine: AsyncEngine) -> None:
    """Until cancelled."""
    words = Words(engine)
    while True:
        try:
            await words.keep()
        except TransientError as error:
            log.warning("words will be gathered later", error=str(error))
        await asyncio.sleep(INTERVAL)


class Words:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._before = Seen(0, frozenset())
        self._settled = 0

    async def keep(self) -> None:
        """Gather those of full segments whose rows were settled at the look before. Raises TransientError."""
        now = await self._look()
        if not now.writers & self._before.writers:
            self._settled, self._before = self._before.last, now
        while await self._keep_some() == AT_ONCE:
            pass

    async def _look(self) -> Seen:
        async with transaction(self._engine) as connection:
            last, writers = (await connection.execute(SEEN)).one()
        return Seen(last, frozenset(writers))

    async def _keep_some(self) -> int:
        """Of how many segments; 0 too while another worker does."""
        started, asked = time.monotonic(), {"settled": self._settled, "at_once": AT_ONCE}
        async with transaction(self._engine) as connection:
            if not (await connection.execute(TAKE_TURN)).scalar_one():
                return 0
            kept, behind = (await connection.execute(KEEP, asked)).one()
        BEHIND.set(behind)
        await asyncio.sleep(REST * (time.monotonic() - started))
        return int(kept)
