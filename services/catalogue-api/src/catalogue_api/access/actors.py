"""Those who did something, by their names."""

from collections.abc import Collection
from uuid import UUID

from catalogue_schema.tables import ApiKey, User
from sqlalchemy import select, union_all
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.statements import execute


async def name_actors(db: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of the users and keys that there are among `ids`."""
    if not ids:
        return {}
    users = select(col(User.id), col(User.name)).where(col(User.id).in_(ids))
    keys = select(col(ApiKey.id), col(ApiKey.name)).where(col(ApiKey.id).in_(ids))
    return {row.id: row.name for row in await execute(db, union_all(users, keys))}
