"""Models and benchmarks alike: records that go by a unique name."""

from collections.abc import Mapping
from typing import Any, TypeVar

from catalogue_schema.tables import Alias, Benchmark, Model
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.statements import execute, table_of
from catalogue_api.http.problems import Conflict, NotFound
from catalogue_api.http.versions import SeenVersion

N = TypeVar("N", Model, Benchmark)

UNIQUE_VIOLATION = "23505"
NOBODY = 0


async def find(db: AsyncSession, table: type[N], name: str, *, for_update: bool = False) -> N:
    """Raises NotFound."""
    statement = select(table).where(col(table.name) == name)
    if for_update:
        statement = statement.with_for_update()
    row = (await db.exec(statement)).one_or_none()
    if row is None:
        raise _not_found(table, name)
    return row


async def find_id(db: AsyncSession, table: type[Model | Benchmark], name: str | None) -> int | None:
    """None for no name, and NOBODY, which is no row's id, for a name that is not known."""
    if name is None:
        return None
    statement = select(col(table.id)).where(col(table.name) == name)
    return (await db.exec(statement)).one_or_none() or NOBODY


async def create(db: AsyncSession, row: N) -> N:
    """Raises Conflict where the name is taken."""
    db.add(row)
    await _flush(db, row)
    return row


async def change(
    db: AsyncSession, table: type[N], name: str, changes: Mapping[str, Any], seen: SeenVersion
) -> N:
    """Raises NotFound, PreconditionFailed, or Conflict where the new name is taken."""
    row = await find(db, table, name, for_update=True)
    seen.check(row.updated_at)
    for field, value in changes.items():
        setattr(row, field, value)
    await _flush(db, row)
    if row.name != name:
        await _keep_as_alias(db, row, name)
    return row


async def remove(db: AsyncSession, table: type[N], name: str) -> None:
    """With everything that belongs to it. Raises NotFound."""
    statement = delete(table).where(col(table.name) == name).returning(col(table.id))
    if (await execute(db, statement)).scalar_one_or_none() is None:
        raise _not_found(table, name)


async def _keep_as_alias(db: AsyncSession, row: Model | Benchmark, former: str) -> None:
    """What producers send under the former name goes on to be recorded."""
    kind = _kind(type(row))
    values = {"kind": kind, "alias": former, f"{kind}_id": row.id, "confirmed_by": "renamed"}
    await execute(db, insert(table_of(Alias)).values(**values).on_conflict_do_nothing())


async def _flush(db: AsyncSession, row: Model | Benchmark) -> None:
    name = row.name
    try:
        await db.flush()
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) != UNIQUE_VIOLATION:
            raise
        raise Conflict(
            f"There is a {_kind(type(row))} named {name!r} already: change that one with PATCH."
        ) from error


def _not_found(table: type[Model | Benchmark], name: str) -> NotFound:
    kind = _kind(table)
    return NotFound(f"There is no {kind} named {name!r}; GET /v1/{kind}s lists those that there are.")


def _kind(table: type[Model | Benchmark]) -> str:
    return table.__name__.lower()
