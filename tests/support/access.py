"""Keys, accounts and sessions for tests, made as the routes and commands make them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from catalogue_api.access.accounts import AccountCreate, create_user
from catalogue_api.access.keyring import create_key
from catalogue_api.access.keys import digest
from catalogue_api.access.passwords import Passwords
from catalogue_schema.database import create_engine, get_db
from catalogue_schema.tables import ApiKeyCreate, Session, UserResponse
from catalogue_schema.tables.api_keys import Scope
from catalogue_schema.tables.mixins import now
from catalogue_schema.tables.users import Role
from pydantic import SecretStr
from sqlalchemy.pool import NullPool
from sqlmodel.ext.asyncio.session import AsyncSession

PASSWORD = "correct horse battery"


@asynccontextmanager
async def session_of(url: str) -> AsyncIterator[AsyncSession]:
    """Committed at the end."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        async with asynccontextmanager(get_db)(engine) as db:
            yield db
    finally:
        await engine.dispose()


async def make_key(url: str, *scopes: Scope, **fields: Any) -> str:
    """The key itself."""
    async with session_of(url) as db:
        made = await create_key(db, ApiKeyCreate(name="test", scopes=[*scopes], **fields))
    return made.key


async def make_user(url: str, role: Role = "reader", password: str | None = PASSWORD) -> UserResponse:
    email = f"{uuid4().hex}@example.org"
    async with session_of(url) as db:
        new = AccountCreate(
            email=email, name="Test", role=role, password=SecretStr(password) if password else None
        )
        return await create_user(db, new, Passwords())


async def open_session(url: str, user: UserResponse) -> str:
    """The token of a session that nobody had to sign in for."""
    token = uuid4().hex
    async with session_of(url) as db:
        db.add(Session(user_id=user.id, digest=digest(token), expires_at=now() + timedelta(hours=1)))
    return token


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
