"""Parts of statements: a table's columns, and conditions from query parameters that were given."""

from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, CursorResult, Executable, Select, Table, inspect
from sqlalchemy.orm import Mapped
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

AnySelect: TypeAlias = Select[*tuple[Any, ...]]


async def execute(db: AsyncSession, statement: Executable) -> CursorResult[*tuple[Any, ...]]:
    """In the session's transaction, for rows as they are; SQLModel's session is for objects."""
    connection = await db.connection()
    return await connection.execute(statement)


async def estimate(db: AsyncSession, statement: AnySelect) -> int:
    """How many rows PostgreSQL expects from the statement, without running it."""
    connection = await db.connection()
    compiled = statement.compile(dialect=connection.dialect)
    values = tuple(compiled.params[name] for name in compiled.positiontup or ())
    plan = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {compiled}", values)
    return int(plan.scalar_one()[0]["Plan"]["Plan Rows"])


def table_of(mapped: type[SQLModel]) -> Table:
    """For statements whose rows are plain mappings instead of objects."""
    table: Table = inspect(mapped).local_table
    return table


def equal(*wanted: tuple[Mapped[Any], object]) -> list[ColumnElement[bool]]:
    return [column == value for column, value in wanted if value is not None]
