"""Erasing somebody's data: first what is not to come back, then what is there, in short transactions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from catalogue_schema.subjects import ERASURES_LOCK, Digests, Subject
from catalogue_schema.tables import ErasedEvent, Erasure, Suppression
from pydantic import SecretStr
from sqlalchemy import BigInteger, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.statements import execute, table_of
from catalogue_api.http.problems import Conflict, NotFound
from catalogue_api.privacy.finding import EventKey, FoundLetter, find_events, find_letters, find_retractions
from catalogue_api.privacy.requests import ErasureRequest

LOCK = text(f"SELECT pg_advisory_xact_lock({ERASURES_LOCK})")
ERASE = text("SELECT erase_events(:events, :letters)").bindparams(
    bindparam("events", type_=JSONB), bindparam("letters", type_=ARRAY(BigInteger))
)


def digests_under(key: SecretStr | None) -> Digests:
    """Raises Conflict without a key."""
    if key is None:
        raise Conflict(
            "Nothing can be erased yet: set ERASURE_KEY, for ingest-worker alike (docs/security.md)."
        )
    return Digests(key)


async def suppress(db: AsyncSession, asked: ErasureRequest, digests: Digests) -> Erasure:
    """From the transaction's end nothing of them is recorded. Raises Conflict where the key is another."""
    await execute(db, LOCK)
    await check_key(db, digests)
    erasure = Erasure(kind=asked.kind)
    db.add(erasure)
    await db.flush()
    await _add(db, erasure.id, digests, asked.subjects)
    return erasure


async def _add(db: AsyncSession, erasure_id: UUID, digests: Digests, subjects: Iterable[Subject]) -> None:
    rows = [
        {"kind": subject.kind, "digest": digests.of(subject), "erasure_id": erasure_id}
        for subject in subjects
    ]
    await execute(db, insert(table_of(Suppression)).values(rows).on_conflict_do_nothing())


async def check_key(db: AsyncSession, digests: Digests) -> None:
    suppression = table_of(Suppression)
    known = select(suppression.c.digest).where(suppression.c.kind == "key")
    found = (await execute(db, known)).scalar_one_or_none()
    if found is None:
        await execute(db, insert(suppression).values(kind="key", digest=digests.check))
    elif bytes(found) != digests.check:
        raise Conflict("ERASURE_KEY is not the one under which data were erased before: set that one again.")


async def erase_some(db: AsyncSession, erasure_id: UUID, asked: ErasureRequest, digests: Digests) -> int:
    """Erase the next events. Returns how many there were; with 0 there are none left.

    What took them back goes with them, and is suppressed by its own id: it names nobody.
    """
    events = await find_events(db, asked.kind, asked.values)
    if not events:
        return 0
    retractions = await find_retractions(db, events)
    if retractions:
        await execute(db, LOCK)
        await _add(db, erasure_id, digests, (Subject("event_id", str(key.event_id)) for key in retractions))
    await erase(db, erasure_id, list({*events, *retractions}), ())
    return len(events)


async def erase(
    db: AsyncSession, erasure_id: UUID, events: Sequence[EventKey], letters: Sequence[FoundLetter]
) -> None:
    """Delete whole events and dead letters, note whose ids they were, and count them."""
    counts = await delete(db, events, letters)
    of_letters = (letter.event for letter in letters if letter.event is not None)
    if keys := {*events, *of_letters}:
        rows = [{"erasure_id": erasure_id, **key._asdict()} for key in keys]
        noted = insert(table_of(ErasedEvent)).values(rows)
        await execute(db, noted.on_conflict_do_nothing())
    await _count(db, erasure_id, counts)


async def delete(
    db: AsyncSession, events: Sequence[EventKey], letters: Sequence[FoundLetter]
) -> Counter[str]:
    """Returns how many rows went, by table."""
    if not events and not letters:
        return Counter()
    said = [{"event_id": str(key.event_id), "producer": key.producer and str(key.producer)} for key in events]
    connection = await db.connection()
    answer = await connection.execute(ERASE, {"events": said, "letters": [letter.id for letter in letters]})
    return Counter(answer.scalar_one())


async def erase_letters(db: AsyncSession, erasure_id: UUID, asked: ErasureRequest, after: int) -> int | None:
    """Erase those of the next dead letters that are theirs. Returns after which to go on, None at the end."""
    found, following = await find_letters(db, asked.kind, asked.values, after)
    if found:
        await erase(db, erasure_id, (), found)
    return following


async def finish(db: AsyncSession, erasure_id: UUID) -> Erasure:
    erasure = await read(db, erasure_id)
    erasure.done_at = datetime.now(UTC)
    db.add(erasure)
    await db.flush()
    return erasure


async def read(db: AsyncSession, erasure_id: UUID) -> Erasure:
    """Raises NotFound."""
    erasure = await db.get(Erasure, erasure_id)
    if erasure is None:
        raise NotFound(f"There is no erasure {erasure_id}; GET /v1/erasures lists those that there are.")
    return erasure


async def _count(db: AsyncSession, erasure_id: UUID, counts: Counter[str]) -> None:
    erasure = await read(db, erasure_id)
    erasure.counts = dict(Counter(erasure.counts) + counts)
    db.add(erasure)
    await db.flush()
