"""Signing in and out. A session is an opaque token in a cookie, of which the digest is kept."""

from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import NamedTuple
from uuid import UUID

from catalogue_schema.tables import Session, User, UserResponse
from catalogue_schema.tables.users import Email
from pydantic import BaseModel, ConfigDict
from sqlalchemy import and_, delete, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.access.keys import digest
from catalogue_api.access.passwords import AnyPassword, Passwords
from catalogue_api.catalogue.statements import execute, table_of
from catalogue_api.http.refusals import Unauthorized

MOST_LISTED = 100


class SignIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: Email
    password: AnyPassword


class SignedIn(BaseModel):
    user: UserResponse
    expires_at: datetime


class SessionTimes(BaseModel):
    created_at: datetime
    expires_at: datetime


class NewSession(NamedTuple):
    id: UUID
    token: str
    signed_in: SignedIn


async def sign_in(
    db: AsyncSession, who: SignIn, passwords: Passwords, hours: float, former: str | None
) -> NewSession:
    """Another session each time; that of the `former` token ends.

    Raises Unauthorized, after the same time, whether the account or the password is another, and
    TooManyRequests.
    """
    async with passwords.turn() as work:
        user = await _account(db, who.email)
        kept = user.password_hash if user is not None and user.is_active else None
        if not await work.check(who.password, kept) or user is None or kept is None:
            raise Unauthorized("No account has this address and this password.")
        if work.needs_rehash(kept):
            user.password_hash = await work.hash(who.password)
    await _forget_ended(db, user.id, former)
    token, expires_at = token_urlsafe(32), datetime.now(UTC) + timedelta(hours=hours)
    row = Session(user_id=user.id, digest=digest(token), expires_at=expires_at)
    db.add(row)
    await db.flush()
    shown = UserResponse.model_validate(user.model_dump(exclude={"password_hash"}))
    return NewSession(row.id, token, SignedIn(user=shown, expires_at=expires_at))


async def sign_out(db: AsyncSession, token: str) -> UUID | None:
    """Whose session it was, if it was one."""
    ended = delete(Session).where(col(Session.digest) == digest(token)).returning(col(Session.user_id))
    return (await execute(db, ended)).scalar_one_or_none()


async def list_sessions(db: AsyncSession, user_id: UUID) -> list[SessionTimes]:
    """Where somebody is signed in now, the newest first; a hundred at most."""
    of = table_of(Session).c
    now = datetime.now(UTC)
    theirs = select(of.created_at, of.expires_at).where(of.user_id == user_id, of.expires_at > now)
    rows = await execute(db, theirs.order_by(of.id.desc()).limit(MOST_LISTED))
    return [SessionTimes.model_validate(row) for row in rows.mappings()]


async def end_sessions(db: AsyncSession, user_id: UUID) -> None:
    await execute(db, delete(Session).where(col(Session.user_id) == user_id))


async def _account(db: AsyncSession, email: str) -> User | None:
    statement = select(User).where(func.lower(col(User.email)) == email)
    return (await db.exec(statement)).one_or_none()


async def _forget_ended(db: AsyncSession, user_id: UUID, former: str | None) -> None:
    ended = and_(col(Session.user_id) == user_id, col(Session.expires_at) <= datetime.now(UTC))
    if former is not None:
        ended = or_(ended, col(Session.digest) == digest(former))
    await execute(db, delete(Session).where(ended))
