"""Importing models and benchmarks: one statement for any number of records."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from catalogue_schema.tables import Benchmark, BenchmarkCreate, Model, ModelCreate
from pydantic import BaseModel, Field
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Subquery,
    Table,
    Text,
    any_,
    column,
    exists,
    func,
    literal,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.statements import execute, table_of
from catalogue_api.http.items import Batch, Rejected, validated
from catalogue_api.http.problems import FieldError, NothingValid, RejectedItem

C = TypeVar("C", ModelCreate, BenchmarkCreate)


class Imported(BaseModel):
    """What became of each line; lines that are as they were count as unchanged."""

    created: Annotated[int, Field(examples=[231])]
    updated: Annotated[int, Field(examples=[0])]
    unchanged: Annotated[int, Field(examples=[0])]
    rejected: list[RejectedItem]


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
    """Insert what is new, and replace what differs as a whole: a field that is left out becomes null.

    What is there already takes no id of the sequence, as an `ON CONFLICT` alone would. Raises NothingValid
    where each line is another spelling of a name that stands.
    """
    batch = batch.without(
        await named.spelled_otherwise(db, table, [record.name for record in batch.accepted])
    )
    if not batch.accepted:
        raise NothingValid(batch.rejected)
    rows = [record.model_dump(mode="json", by_alias=True, exclude={"tag_names"}) for record in batch.accepted]
    target, records = table_of(table), _as_rows(table_of(table), rows)
    # In order of their names, so that two imports at once lock rows in one order and cannot deadlock.
    standing = target.c.name == any_(literal([row["name"] for row in rows], ARRAY(Text)))
    await execute(db, select(target.c.id).where(standing).order_by(target.c.name).with_for_update())
    updated = len((await execute(db, _replace(target, records))).all())
    written = (await execute(db, _insert(target, records))).scalars().all()
    created = sum(written)
    updated += len(written) - created
    return Imported(
        created=created,
        updated=updated,
        unchanged=len(rows) - created - updated,
        rejected=batch.rejected,
    )


def _replace(table: Table, records: Subquery) -> Any:
    """Replace what stands otherwise, and return a row for each; what stands as it is is not touched."""
    return (
        update(table)
        .values({column.name: column for column in records.c})
        .where(table.c.name == records.c.name, _differs(table, dict(records.c.items())))
        .returning(table.c.id)
    )


def _insert(table: Table, records: Subquery) -> Any:
    """Insert what is new. Returns for each row whether it was created: others import at the same time."""
    missing = ~exists().where(table.c.name == records.c.name)
    names = [column.name for column in records.c]
    new = insert(table).from_select(
        names, select(records).where(missing).order_by(records.c.name), include_defaults=False
    )
    return new.on_conflict_do_update(
        index_elements=["name"],
        set_={name: new.excluded[name] for name in names},
        where=_differs(table, {name: new.excluded[name] for name in names}),
    ).returning(literal_column("xmax = 0"))  # xmax: the transaction that replaced an earlier version


def _differs(table: Table, values: Mapping[str, ColumnElement[Any]]) -> ColumnElement[bool]:
    names = list(values.keys())
    return tuple_(*(table.c[name] for name in names)).is_distinct_from(
        tuple_(*(values[name] for name in names))
    )


def _as_rows(table: Table, rows: Sequence[dict[str, Any]]) -> Subquery:
    """One parameter for all rows: PostgreSQL takes at most 32,767 of them."""
    typed = [column(name, table.c[name].type) for name in rows[0]]
    records = func.jsonb_to_recordset(literal(rows, JSONB)).table_valued(*typed, name="record")
    return select(records.render_derived(with_types=True)).subquery("records")
