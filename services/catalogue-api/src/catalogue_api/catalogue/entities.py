"""Categories, tags and tasks alike: records that go by a UUID."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from catalogue_schema.tables import Category, Entity, Tag, Task
from pydantic import BaseModel
from sqlalchemy import delete, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.paging import Page, PageQuery, by_name
from catalogue_api.catalogue.statements import equal, execute, flush, table_of
from catalogue_api.http.problems import NotFound
from catalogue_api.http.versions import SeenVersion

E = TypeVar("E", Category, Tag, Task)
N = TypeVar("N", Category, Tag)
B = TypeVar("B", bound=BaseModel)
NOBODY = UUID(int=0)
LISTED_AT = {Category: "categories", Tag: "tags", Task: "tasks"}


class EntityQuery(PageQuery):
    is_active: bool | None = None


async def list_by_name(db: AsyncSession, table: type[N], query: EntityQuery, response: type[B]) -> Page[B]:
    statement = select(table_of(table)).where(*equal((col(table.is_active), query.is_active)))
    return await by_name(db, statement, col(table.name), query, response)


async def find(db: AsyncSession, table: type[E], entity_id: UUID, *, for_update: bool = False) -> E:
    """Raises NotFound."""
    row = await db.get(table, entity_id, with_for_update=for_update)
    if row is None:
        raise _not_found(table, entity_id)
    return row


async def find_id(db: AsyncSession, table: type[N], name: str | None) -> UUID | None:
    """None for no name, and NOBODY, which is no row's id, for a name that is not known."""
    if name is None:
        return None
    statement = select(col(table.id)).where(col(table.name) == name)
    return (await execute(db, statement)).scalar_one_or_none() or NOBODY


async def create(db: AsyncSession, row: E, taken: str) -> E:
    """Raises Conflict, which says what is `taken`, where there is another like it."""
    db.add(row)
    await flush(db, taken)
    return row


async def change(db: AsyncSession, row: E, changes: Mapping[str, Any], seen: SeenVersion, taken: str) -> E:
    """Raises PreconditionFailed, and Conflict, which says what is `taken`."""
    seen.check(row.updated_at)
    for field, value in changes.items():
        setattr(row, field, value)
    await flush(db, taken)
    return row


async def remove(db: AsyncSession, table: type[Category | Tag | Task], entity_id: UUID) -> None:
    """What pointed at it stays. Raises NotFound."""
    statement = delete(table).where(col(table.id) == entity_id).returning(col(table.id))
    if (await execute(db, statement)).scalar_one_or_none() is None:
        raise _not_found(table, entity_id)


def _not_found(table: type[Entity], entity_id: UUID) -> NotFound:
    listed = LISTED_AT[table]
    return NotFound(
        f"There is no {table.__name__.lower()} {entity_id}; GET /v1/{listed} lists those there are."
    )
