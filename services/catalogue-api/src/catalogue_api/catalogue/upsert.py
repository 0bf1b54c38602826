"""Importing models and benchmarks: one statement for any number of records."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from catalogue_schema.tables import Benchmark, BenchmarkCreate, Model, ModelCreate
from pydantic import BaseModel, Field
from sqlalchemy import Table, column, func, literal, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.statements import AnySelect, execute, table_of
from catalogue_api.items import Batch, Rejected, validated
from catalogue_api.problems import FieldError, ItemError

C = TypeVar("C", ModelCreate, BenchmarkCreate)


class Imported(BaseModel):
    """What became of each line; lines that are as they were count as unchanged."""

    created: Annotated[int, Field(examples=[231])]
    updated: Annotated[int, Field(examples=[0])]
    unchanged: Annotated[int, Field(examples=[0])]
    rejected: list[ItemError]


def record_parser(schema: type[C]) -> Callable[[object], C]:
    """Parses one line after another; a name that an earlier line had is rejected."""
    seen: set[str] = set()

    def parse(value: object) -> C:
        record = validated(schema, value)
        if record.name in seen:
            raise Rejected(FieldError(pointer="/name", reason="is the name of an earlier line too"))
        seen.add(record.name)
        return record

    return parse


async def upsert(db: AsyncSession, table: type[Model | Benchmark], batch: Batch[C]) -> Imported:
    """Insert what is new, and replace what differs as a whole: a field that is left out becomes null."""
    # In order of their names, so that two imports at once lock rows in one order and cannot deadlock.
    records = sorted(batch.accepted, key=lambda record: record.name)
    rows = [record.model_dump(mode="json", by_alias=True) for record in records]
    created = (await execute(db, _statement(table_of(table), rows))).scalars().all()
    return Imported(
        created=sum(created),
        updated=len(created) - sum(created),
        unchanged=len(rows) - len(created),
        rejected=batch.rejected,
    )


def _statement(table: Table, rows: Sequence[dict[str, Any]]) -> Any:
    """For each row that was written, whether it was created; a row that stands as it is is not touched."""
    names = list(rows[0])
    new = insert(table).from_select(names, _as_rows(table, names, rows), include_defaults=False)
    stands = tuple_(*(table.c[name] for name in names))
    return new.on_conflict_do_update(
        index_elements=["name"],
        set_={name: new.excluded[name] for name in names},
        where=stands.is_distinct_from(tuple_(*(new.excluded[name] for name in names))),
    ).returning(literal_column("xmax = 0"))  # xmax: the transaction that replaced an earlier version


def _as_rows(table: Table, names: Sequence[str], rows: Sequence[dict[str, Any]]) -> AnySelect:
    """One parameter for all rows: PostgreSQL takes at most 32,767 of them."""
    typed = [column(name, table.c[name].type) for name in names]
    records = func.jsonb_to_recordset(literal(rows, JSONB)).table_valued(*typed, name="record")
    return select(records.render_derived(with_types=True))
