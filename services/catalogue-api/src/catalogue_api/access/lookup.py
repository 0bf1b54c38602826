"""What the database says of a key or a session."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from time import monotonic
from uuid import UUID

from catalogue_schema.database import create_engine
from catalogue_schema.tables import ApiKey, Session, User
from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import col

from catalogue_api.access.keys import PREFIX, digest, parse_key
from catalogue_api.access.principals import CONNECTIONS, TIMEOUT, Known, Lookup, Principal, Principals
from catalogue_api.access.roles import ROLES, allowed_by
from catalogue_api.catalogue.statements import table_of
from catalogue_api.settings import Settings

KEYS = table_of(ApiKey)
USED_WITHIN = timedelta(minutes=1)
"""How exactly it is known when a key was last used."""


@asynccontextmanager
async def open_principals(settings: Settings) -> AsyncIterator[Principals]:
    """With connections of their own: slow reads would keep the intake from learning who is calling."""
    url = settings.database_url.get_secret_value()
    engine = create_engine(url, pool_size=CONNECTIONS, max_overflow=0, pool_timeout=TIMEOUT)
    principals = Principals(lookup_in(engine), settings.key_grace)
    try:
        yield principals
    finally:
        await principals.close()
        await engine.dispose()


def lookup_in(engine: AsyncEngine) -> Lookup:
    async def look_up(token: str) -> Known | None:
        if not token.startswith(PREFIX):
            async with engine.connect() as connection:
                return await _session(connection, digest(token))
        key_id = parse_key(token)
        if key_id is None:
            return None
        async with engine.begin() as connection:
            return await _key(connection, key_id, digest(token))

    return look_up


async def _key(connection: AsyncConnection, key_id: UUID, given: bytes) -> Known | None:
    found = await connection.execute(select(KEYS).where(KEYS.c.id == key_id, KEYS.c.is_active))
    row, now = found.mappings().one_or_none(), datetime.now(UTC)
    if row is None:
        return None
    ends = _end_of(row, given)
    if ends is not None and ends <= now:
        return None
    if row["last_used_at"] is None or row["last_used_at"] < now - USED_WITHIN:
        await connection.execute(update(KEYS).where(KEYS.c.id == key_id).values(last_used_at=now))
    return Known(Principal("key", key_id, allowed_by(row["scopes"]), key_id), _monotonic(ends, now))


def _end_of(row: RowMapping, given: bytes) -> datetime | None:
    """When the key with this digest ends; one that is not the row's has ended."""
    ends: list[datetime] = [row["expires_at"]] if row["expires_at"] else []
    if compare_digest(row["digest"], given):
        return min(ends, default=None)
    if row["previous_digest"] is not None and compare_digest(row["previous_digest"], given):
        ends.append(row["previous_ends_at"])
        return min(ends)
    return datetime.min.replace(tzinfo=UTC)


async def _session(connection: AsyncConnection, given: bytes) -> Known | None:
    now = datetime.now(UTC)
    statement = (
        select(col(User.id), col(User.role), col(User.name), col(Session.expires_at))
        .join(Session, col(Session.user_id) == col(User.id))
        .where(col(Session.digest) == given, col(Session.is_active), col(User.is_active))
        .where(col(Session.expires_at) > now)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    principal = Principal("user", row.id, ROLES[row.role], row.id, row.name)
    return Known(principal, _monotonic(row.expires_at, now))


def _monotonic(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else monotonic() + (moment - now).total_seconds()
