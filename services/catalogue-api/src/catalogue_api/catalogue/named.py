"""Models and benchmarks alike: records that go by a unique name."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from catalogue_schema.tables import Alias, Benchmark, Model
from sqlalchemy import TextClause, delete, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.statements import execute, flush, table_of
from catalogue_api.http.problems import Conflict, FieldError, NotFound
from catalogue_api.http.versions import SeenVersion

N = TypeVar("N", Model, Benchmark)

NOBODY = 0


async def find(db: AsyncSession, table: type[N], name: str, *, for_update: bool = False) -> N:
    """Raises NotFound."""
    statement = select(table).where(col(table.name) == name)
    if for_update:
        statement = statement.with_for_update()
    row = (await db.exec(statement)).one_or_none()
    if row is None:
        raise not_found(table, name)
    return row


async def find_id(db: AsyncSession, table: type[Model | Benchmark], name: str | None) -> int | None:
    """None for no name, and NOBODY, which is no row's id, for a name that is not known."""
    if name is None:
        return None
    statement = select(col(table.id)).where(col(table.name) == name)
    return (await db.exec(statement)).one_or_none() or NOBODY


async def create(db: AsyncSession, row: N) -> N:
    """Raises Conflict where the name is taken, also in another spelling."""
    await _require_own_name(db, row)
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
    with db.no_autoflush:
        await _require_own_name(db, row)
    await _flush(db, row)
    if row.name != name:
        await _keep_as_alias(db, row, name)
    return row


async def remove(db: AsyncSession, table: type[N], name: str) -> None:
    """With everything that belongs to it. Raises NotFound."""
    statement = delete(table).where(col(table.name) == name).returning(col(table.id))
    if (await execute(db, statement)).scalar_one_or_none() is None:
        raise not_found(table, name)


async def spelled_otherwise(
    db: AsyncSession, table: type[Model | Benchmark], names: Sequence[str]
) -> dict[int, FieldError]:
    """Names that are new and, by their normal form, one that stands or comes earlier, by their places."""
    connection = await db.connection()
    found = await connection.execute(_SPELLED_OTHERWISE[_kind(table)], {"names": [*names]})
    return {place: FieldError(pointer="/name", reason=_is_spelled(other)) for place, other in found}


async def _require_own_name(db: AsyncSession, row: Model | Benchmark) -> None:
    """Raises Conflict for another spelling of a name that stands: either would get the other's events."""
    table, kind = table_of(type(row)), _kind(type(row))
    normal = func.normal_name(table.c.name) == func.normal_name(row.name)
    statement = select(table.c.name).where(normal, table.c.id.is_distinct_from(row.id))
    other = (await execute(db, statement.limit(1))).scalar_one_or_none()
    if other is not None and other != row.name:
        raise Conflict(f"This {kind}'s name {_is_spelled(other)}")


def _is_spelled(other: str) -> str:
    return f"is {other!r} in another spelling: events under either go to that one; change it with PATCH."


def _spelled_otherwise(table: str) -> TextClause:
    return text(f"""
SELECT place, other FROM (
    SELECT new.place - 1 AS place, new.name,
        coalesce((SELECT min(name) FROM {table} WHERE normal_name(name) = normal_name(new.name)),
                 first_value(new.name) OVER (PARTITION BY normal_name(new.name) ORDER BY new.place)) AS other
    FROM unnest(CAST(:names AS text[])) WITH ORDINALITY AS new (name, place)
    WHERE NOT EXISTS (SELECT FROM {table} AS same WHERE same.name = new.name)
) AS found WHERE other <> name
""")


_SPELLED_OTHERWISE = {kind: _spelled_otherwise(f"{kind}s") for kind in ("model", "benchmark")}


async def _keep_as_alias(db: AsyncSession, row: Model | Benchmark, former: str) -> None:
    """What producers send under the former name goes on to be recorded."""
    kind = _kind(type(row))
    values = {"kind": kind, "alias": former, f"{kind}_id": row.id, "confirmed_by": "renamed"}
    await execute(db, insert(table_of(Alias)).values(**values).on_conflict_do_nothing())


async def _flush(db: AsyncSession, row: Model | Benchmark) -> None:
    taken = f"There is a {_kind(type(row))} named {row.name!r} already: change that one with PATCH."
    await flush(db, taken)


def not_found(table: type[Model | Benchmark], name: str) -> NotFound:
    kind = _kind(table)
    return NotFound(f"There is no {kind} named {name!r}; GET /v1/{kind}s lists those that there are.")


def _kind(table: type[Model | Benchmark]) -> str:
    return table.__name__.lower()
