"""Accounts of people."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from catalogue_schema.tables import User, UserCreate, UserResponse, UserUpdate
from catalogue_schema.tables.users import Role
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.access.passwords import AnyPassword, Password, Passwords
from catalogue_api.access.sessions import end_sessions
from catalogue_api.catalogue.paging import Page, PageQuery, by_uuid
from catalogue_api.catalogue.statements import equal, execute, flush, table_of
from catalogue_api.http.problems import FieldError, Invalid, NotFound

MOST_PEOPLE = 1000
SHOWN = [column for column in table_of(User).columns if column.name != "password_hash"]


class UserQuery(PageQuery):
    role: Role | None = None
    is_active: bool | None = None


class AccountCreate(UserCreate):
    """Without a password nobody can sign in, until one is set."""

    password: Password | None = Field(default=None)


class AccountUpdate(UserUpdate):
    """With a `password` for somebody who has lost theirs: all of their sessions end."""

    password: Password | None = Field(default=None)


class Person(BaseModel):
    """Whom others may be told of."""

    id: UUID
    name: str


class PasswordChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    current: AnyPassword
    new: Password


async def create_user(db: AsyncSession, new: AccountCreate, passwords: Passwords) -> UserResponse:
    """Raises Conflict where the address has an account."""
    kept = None if new.password is None else await passwords.hash(new.password)
    row = User(**new.model_dump(exclude={"password"}), password_hash=kept)
    db.add(row)
    await flush(db, f"There is an account for {new.email} already: change that one with PATCH.")
    return _shown(row)


async def list_users(db: AsyncSession, query: UserQuery) -> Page[UserResponse]:
    """The newest first."""
    wanted = equal((col(User.role), query.role), (col(User.is_active), query.is_active))
    return await by_uuid(db, select(*SHOWN).where(*wanted), col(User.id), query, UserResponse)


async def list_people(db: AsyncSession) -> list[Person]:
    """Those whose accounts are active, by name; a thousand at most."""
    statement = select(col(User.id), col(User.name)).where(col(User.is_active))
    rows = await execute(db, statement.order_by(col(User.name), col(User.id)).limit(MOST_PEOPLE))
    return [Person.model_validate(row) for row in rows.mappings()]


async def read_user(db: AsyncSession, user_id: UUID) -> UserResponse:
    """Raises NotFound."""
    return _shown(await _find(db, user_id))


async def change_user(
    db: AsyncSession, user_id: UUID, changes: AccountUpdate, passwords: Passwords
) -> UserResponse:
    """Who is no longer active, or gets another password, is signed out everywhere. Raises NotFound."""
    kept = None if changes.password is None else await passwords.hash(changes.password)
    row = await _find(db, user_id)
    for field, value in _values(changes).items():
        setattr(row, field, value)
    if kept is not None:
        row.password_hash = kept
    if kept is not None or not row.is_active:
        await end_sessions(db, user_id)
    await db.flush()
    return _shown(row)


async def change_password(
    db: AsyncSession, user_id: UUID, change: PasswordChange, passwords: Passwords
) -> None:
    """All sessions end, the one that asks too. Raises Invalid where the current one is another."""
    async with passwords.turn() as work:
        row = await _find(db, user_id)
        if not await work.check(change.current, row.password_hash):
            raise Invalid([FieldError(pointer="/current", reason="is not your password")])
        row.password_hash = await work.hash(change.new)
    await end_sessions(db, user_id)
    await db.flush()


async def reset_password(db: AsyncSession, email: str, new: SecretStr, passwords: Passwords) -> UserResponse:
    """For an operator at the command line. Raises NotFound."""
    same = func.lower(col(User.email)) == email.strip().lower()
    user_id = (await execute(db, select(col(User.id)).where(same))).scalar_one_or_none()
    if user_id is None:
        raise NotFound(f"There is no account for {email}: make one with users create.")
    return await change_user(db, user_id, AccountUpdate(password=new), passwords)


def _values(changes: AccountUpdate) -> Mapping[str, Any]:
    return changes.model_dump(exclude_unset=True, exclude={"password"})


def _shown(row: User) -> UserResponse:
    return UserResponse.model_validate(row.model_dump(exclude={"password_hash"}))


async def _find(db: AsyncSession, user_id: UUID) -> User:
    row = await db.get(User, user_id, with_for_update=True)
    if row is None:
        raise NotFound(f"There is no user {user_id}; GET /v1/users lists those that there are.")
    return row
