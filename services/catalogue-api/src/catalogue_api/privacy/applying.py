"""Erasing again what was erased before: a restored backup has it all."""

from collections import Counter

from catalogue_schema.subjects import SAID_IN, Digests, Kind, Subject
from catalogue_schema.tables import ErasedEvent, Suppression
from pydantic import SecretStr
from sqlalchemy import select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.statements import execute, table_of
from catalogue_api.http.problems import Conflict
from catalogue_api.privacy.erasures import check_key, delete
from catalogue_api.privacy.finding import (
    AT_ONCE,
    EVENTS,
    EventKey,
    find_events,
    find_letters,
    letters_with_bytes,
)

# It reads whole tables, of a database that serves nobody yet.
TAKE_TIME = (
    text("SET LOCAL statement_timeout = 0"),
    text("SET LOCAL idle_in_transaction_session_timeout = 0"),
)
Suppressed = set[tuple[str, bytes]]


async def apply_again(db: AsyncSession, key: SecretStr | None) -> Counter[str]:
    """Erase all that is suppressed, in the session's transaction. Returns rows by table.

    Raises Conflict where something is suppressed and the key is missing, or another.
    """
    for statement in TAKE_TIME:
        await execute(db, statement)
    of = table_of(Suppression).c
    suppressed = {(kind, bytes(digest)) for kind, digest in await execute(db, select(of.kind, of.digest))}
    if not suppressed:
        return Counter()
    if key is None:
        raise Conflict("Data were erased here: set ERASURE_KEY, the one under which that was.")
    digests = Digests(key)
    await check_key(db, digests)
    counts = await _noted(db)
    for subject in await _suppressed_values(db, digests, suppressed):
        counts += await _of_subject(db, subject)
    return counts + await _letters(db, digests, suppressed)


async def _noted(db: AsyncSession) -> Counter[str]:
    """Events whose ids are known."""
    of = table_of(ErasedEvent).c
    keys = [EventKey(*row) for row in await execute(db, select(of.event_id, of.producer).order_by(of.id))]
    counts: Counter[str] = Counter()
    for first in range(0, len(keys), AT_ONCE):
        counts += await delete(db, keys[first : first + AT_ONCE], ())
    return counts


async def _suppressed_values(db: AsyncSession, digests: Digests, suppressed: Suppressed) -> list[Subject]:
    """Authors and sources that are there and were erased: their names are kept nowhere else."""
    found: set[Subject] = set()
    kinds: tuple[Kind, ...] = ("author", "source")
    for kind in kinds:
        for table in EVENTS:
            for column in (table.c[name] for name in SAID_IN[kind] if name in table.c):
                values = (await execute(db, select(column).where(column.is_not(None)).distinct())).scalars()
                subjects = (Subject(kind, value) for value in values)
                found |= {each for each in subjects if (kind, digests.of(each)) in suppressed}
    return sorted(found)


async def _of_subject(db: AsyncSession, subject: Subject) -> Counter[str]:
    counts: Counter[str] = Counter()
    while events := await find_events(db, subject.kind, [subject.value]):
        counts += await delete(db, events, ())
    after: int | None = 0
    while after is not None:
        letters, after = await find_letters(db, subject.kind, [subject.value], after)
        counts += await delete(db, (), letters)
    return counts


async def _letters(db: AsyncSession, digests: Digests, suppressed: Suppressed) -> Counter[str]:
    """Dead letters of whom no row names any more."""
    counts: Counter[str] = Counter()
    after: int | None = 0
    while after is not None:
        letters, after = await letters_with_bytes(db, after)
        theirs = [
            letter
            for letter, subjects in letters
            if any((each.kind, digests.of(each)) in suppressed for each in subjects)
        ]
        counts += await delete(db, (), theirs)
    return counts
