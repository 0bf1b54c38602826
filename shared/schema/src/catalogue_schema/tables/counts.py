"""How many rows there are of a kind, or of a model, kept by triggers as the rows come, change and go.

A count is the sum over its slots. Each connection adds to the slot of its own, so that writers do not wait
for each other's commits.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    ForeignKey,
    SmallInteger,
    Table,
    UniqueConstraint,
    event,
)
from sqlmodel import SQLModel

# In order of the keys, so that two writers in one slot wait for each other and cannot deadlock. A row of a
# model or benchmark that was just deleted counts no more. The writer needs no right on the counts. Each batch
# of events updates its letters, mostly none: that is to cost nothing. Asked by itself: a deletion has no
# rows that were added.
KEEP_COUNTS = """
CREATE OR REPLACE FUNCTION keep_counts() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    counts text := TG_ARGV[0];
    keys text := TG_ARGV[1];
    parents text := TG_ARGV[2];
    keys_of_rows text := coalesce(TG_ARGV[3], keys);
    changed text := CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT 1 AS change, * FROM added'
        WHEN 'DELETE' THEN 'SELECT -1 AS change, * FROM removed'
        ELSE 'SELECT 1 AS change, * FROM added UNION ALL SELECT -1, * FROM removed'
    END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NOT EXISTS (SELECT FROM added) THEN RETURN NULL; END IF;
    END IF;
    EXECUTE 'INSERT INTO ' || counts || ' AS kept (' || keys || ', slot, rows) '
        'SELECT ' || keys_of_rows || ', mod(pg_backend_pid(), 16), sum(change) '
        'FROM (' || changed || ') AS changed WHERE ' || parents ||
        ' GROUP BY ' || keys_of_rows || ' HAVING sum(change) <> 0 ORDER BY ' || keys_of_rows ||
        ' ON CONFLICT (' || keys || ', slot) DO UPDATE SET rows = kept.rows + excluded.rows';
    RETURN NULL;
END $$
"""
TRANSITIONS = {
    "INSERT": "NEW TABLE AS added",
    "UPDATE": "OLD TABLE AS removed NEW TABLE AS added",
    "DELETE": "OLD TABLE AS removed",
}


Key = Column[int] | Column[str] | Column[date] | Column[UUID]


def keep_counts(
    table_name: str, counts_name: str, *by: str | Key, where: str = "", triggers: str = "count"
) -> Table:
    """Count the table's rows by what they belong to (`"model"`, `"benchmark"`) and by columns.

    Only those are counted that are so `where`, in SQL. A table that is counted in several ways has `triggers`
    of another name for each.

    A column that the table does not have says in SQL, as `info["of"]`, what it is of a row.
    The triggers are created whenever the table is created from the metadata; migrations create their own.
    """
    parents = [key for key in by if isinstance(key, str)]
    columns = [key if isinstance(key, Column) else _parent_id(key) for key in by]
    counts = _counts(counts_name, columns)
    keys = ", ".join(column.name for column in columns)
    of_rows = ", ".join(column.info.get("of", column.name) for column in columns)
    conditions = [f"EXISTS (SELECT FROM {name}s WHERE {name}s.id = {name}_id)" for name in parents]
    wanted = " AND ".join([*conditions, *filter(None, [where])]) or "true"
    arguments = [counts_name, keys, wanted] if of_rows == keys else [counts_name, keys, wanted, of_rows]
    quoted = ", ".join(f"""'{each.replace("'", "''")}'""" for each in arguments)
    created = (
        f"CREATE TRIGGER {triggers}_{operation.lower()} AFTER {operation} ON {table_name} REFERENCING {rows} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION keep_counts({quoted})"
        for operation, rows in TRANSITIONS.items()
    )
    for statement in (KEEP_COUNTS, *created):
        ddl = DDL(statement)  # type: ignore[no-untyped-call]
        event.listen(SQLModel.metadata.tables[table_name], "after_create", ddl)
    return counts


def _parent_id(parent: str) -> Column[int]:
    return Column(f"{parent}_id", BigInteger, ForeignKey(f"{parent}s.id", ondelete="CASCADE"), nullable=False)


def _counts(name: str, keys: Sequence[Key]) -> Table:
    return Table(
        name,
        SQLModel.metadata,
        *keys,
        Column("slot", SmallInteger, nullable=False),
        Column("rows", BigInteger, nullable=False),
        UniqueConstraint(
            *(key.name for key in keys), "slot", name=f"uix_{name}", postgresql_nulls_not_distinct=True
        ),
    )
