"""Parts of statements: a table's columns, and conditions from query parameters that were given."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    CursorResult,
    Executable,
    Select,
    Table,
    any_,
    inspect,
    literal,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.http.problems import Conflict

AnySelect: TypeAlias = Select[*tuple[Any, ...]]


UNIQUE_VIOLATION = "23505"


async def flush(db: AsyncSession, taken: str) -> None:
    """Write what the session holds. Raises Conflict, with `taken`, where there is another like it."""
    try:
        await db.flush()
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) != UNIQUE_VIOLATION:
            raise
        raise Conflict(taken) from error


async def execute(db: AsyncSession, statement: Executable) -> CursorResult[*tuple[Any, ...]]:
    """In the session's transaction, for rows as they are; SQLModel's session is for objects."""
    connection = await db.connection()
    return await connection.execute(statement)


class Expected(NamedTuple):
    """What PostgreSQL's planner expects of a statement; the cost in its units."""

    cost: float
    rows: float


async def expected(db: AsyncSession, statement: AnySelect) -> Expected:
    """Without running it."""
    connection = await db.connection()
    compiled = statement.compile(dialect=connection.dialect)
    values = tuple(compiled.params[name] for name in compiled.positiontup or ())
    plan = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {compiled}", values)
    top = plan.scalar_one()[0]["Plan"]
    return Expected(top["Total Cost"], top["Plan Rows"])


def among(column: ColumnElement[int] | Mapped[Any], ids: Sequence[int]) -> ColumnElement[bool]:
    """That the column is one of the ids, as one parameter, however many there are."""
    return column == any_(literal([*ids], ARRAY(BigInteger)))


def table_of(mapped: type[SQLModel]) -> Table:
    """For statements whose rows are plain mappings instead of objects."""
    table: Table = inspect(mapped).local_table
    return table


def equal(*wanted: tuple[Mapped[Any] | ColumnElement[Any], object]) -> list[ColumnElement[bool]]:
    return [column == value for column, value in wanted if value is not None]
