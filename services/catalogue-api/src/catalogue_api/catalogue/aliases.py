"""Other names: of models, benchmarks and organisations, and the sources whose bare names are resolved."""

from typing import Any

from catalogue_schema.tables import Alias, AliasCreate, AliasResponse, BareNameSource, Benchmark, Model
from catalogue_schema.tables.names import Kind
from catalogue_schema.text import NewName, ShortText
from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.paging import BY_ID, Page, PageQuery, fetch_page
from catalogue_api.catalogue.statements import AnySelect, equal, execute, table_of
from catalogue_api.catalogue.upsert import Imported
from catalogue_api.http.items import Batch
from catalogue_api.http.problems import Conflict, FieldError, Invalid, NotFound

# In order of their normal forms, so that two imports at once lock rows in one order. Of two lines for one
# alias the last counts.
UPSERT = text("""
WITH line AS (
    SELECT * FROM jsonb_to_recordset(:rows) AS line (
        place int, kind text, alias text, name text, source text, confirmed_by text, evidence text)
), named AS (
    SELECT line.*, models.id AS model_id, benchmarks.id AS benchmark_id,
        CASE line.kind WHEN 'organization' THEN line.name END AS organization
    FROM line
    LEFT JOIN models ON line.kind = 'model' AND models.name = line.name
    LEFT JOIN benchmarks ON line.kind = 'benchmark' AND benchmarks.name = line.name
), target AS (
    SELECT DISTINCT ON (kind, normal_name(alias), source)
        kind, alias, source, confirmed_by, evidence, model_id, benchmark_id, organization
    FROM named WHERE num_nonnulls(model_id, benchmark_id, organization) > 0
    ORDER BY kind, normal_name(alias), source, place DESC
), written AS (
    INSERT INTO aliases AS a (
        kind, alias, source, confirmed_by, evidence, model_id, benchmark_id, organization)
    SELECT * FROM target
    ON CONFLICT (kind, normal_name(alias), source) DO UPDATE
    SET alias = excluded.alias, confirmed_by = excluded.confirmed_by, evidence = excluded.evidence,
        model_id = excluded.model_id, benchmark_id = excluded.benchmark_id,
        organization = excluded.organization
    WHERE (a.alias, a.confirmed_by, a.evidence, a.model_id, a.benchmark_id, a.organization)
        IS DISTINCT FROM (excluded.alias, excluded.confirmed_by, excluded.evidence, excluded.model_id,
                          excluded.benchmark_id, excluded.organization)
    RETURNING xmax = 0 AS created
)
SELECT (SELECT count(*) FROM written WHERE created) AS created,
    (SELECT count(*) FROM written WHERE NOT created) AS updated,
    (SELECT array_agg(place) FROM named
     WHERE num_nonnulls(model_id, benchmark_id, organization) = 0) AS unknown
""").bindparams(bindparam("rows", type_=JSONB))


class AliasQuery(PageQuery):
    kind: Kind | None = None
    name: NewName | None = None
    source: ShortText | None = None


async def list_aliases(db: AsyncSession, query: AliasQuery) -> Page[AliasResponse]:
    statement = _with_names().where(*equal((col(Alias.kind), query.kind), (col(Alias.source), query.source)))
    if query.name is not None:
        statement = statement.where(_name(query.kind) == query.name)
    after = query.after(BY_ID)
    if after is not None:
        statement = statement.where(col(Alias.id) < after[1])
    rows, cursor = await fetch_page(
        db, statement.order_by(col(Alias.id).desc()), query.limit, lambda row: (query.list_id(), row["id"])
    )
    return Page(items=[AliasResponse.model_validate(row) for row in rows], next_cursor=cursor)


async def list_spellings(db: AsyncSession, kind: Kind, name: str) -> list[AliasResponse]:
    """The aliases that the name is, by its normal form: one for every source, and those for one alone."""
    same = func.normal_name(col(Alias.alias)) == func.normal_name(name)
    rows = (await execute(db, _with_names().where(col(Alias.kind) == kind, same))).mappings()
    return [AliasResponse.model_validate(row) for row in rows]


async def create_alias(db: AsyncSession, new: AliasCreate) -> AliasResponse:
    """Raises Invalid for a name that is not known, and Conflict where the alias means something already."""
    target = await _target(db, new)
    if await _is_a_name(db, new):
        raise Conflict(
            f"{new.alias!r} is the name of a {new.kind} itself: rename or delete that one first, or send its "
            "events under the other name."
        )
    values = new.model_dump(exclude={"name"}) | target
    written = insert(table_of(Alias)).values(**values).on_conflict_do_nothing().returning(col(Alias.id))
    alias_id = (await execute(db, written)).scalar_one_or_none()
    if alias_id is None:
        raise Conflict(
            f"{new.alias!r} is an alias already: delete that one first; GET /v1/aliases lists them."
        )
    return await read_alias(db, alias_id)


async def read_alias(db: AsyncSession, alias_id: int) -> AliasResponse:
    """Raises NotFound."""
    row = (await execute(db, _with_names().where(col(Alias.id) == alias_id))).mappings().one_or_none()
    if row is None:
        raise _not_found(alias_id)
    return AliasResponse.model_validate(row)


async def remove_alias(db: AsyncSession, alias_id: int) -> None:
    """What was recorded under it stays; what comes under it from now on waits. Raises NotFound."""
    statement = delete(Alias).where(col(Alias.id) == alias_id).returning(col(Alias.id))
    if (await execute(db, statement)).scalar_one_or_none() is None:
        raise _not_found(alias_id)


async def import_aliases(db: AsyncSession, batch: Batch[AliasCreate]) -> Imported:
    """Insert what is new, and replace what differs. A line that names what is not known is rejected."""
    lines = [{"place": place, **line.model_dump(mode="json")} for place, line in enumerate(batch.accepted)]
    connection = await db.connection()
    found = (await connection.execute(UPSERT, {"rows": lines})).mappings().one()
    batch = batch.without({place: _unknown_name(batch.accepted[place]) for place in found["unknown"] or ()})
    return Imported(
        created=found["created"],
        updated=found["updated"],
        unchanged=len(batch.accepted) - found["created"] - found["updated"],
        rejected=batch.rejected,
    )


async def list_bare_name_sources(db: AsyncSession) -> list[str]:
    return [*(await execute(db, select(col(BareNameSource.source)).order_by("source"))).scalars()]


async def allow_bare_names(db: AsyncSession, source: str) -> None:
    await execute(db, insert(table_of(BareNameSource)).values(source=source).on_conflict_do_nothing())


async def forbid_bare_names(db: AsyncSession, source: str) -> None:
    """Aliases that were pinned meanwhile stay."""
    await execute(db, delete(BareNameSource).where(col(BareNameSource.source) == source))


async def _target(db: AsyncSession, new: AliasCreate) -> dict[str, Any]:
    if new.kind == "organization":
        return {"organization": new.name}
    table: type[Model | Benchmark] = Model if new.kind == "model" else Benchmark
    # Locked, so that it cannot be deleted before this transaction ends.
    named = (
        select(col(table.id)).where(col(table.name) == new.name).with_for_update(read=True, key_share=True)
    )
    found = (await execute(db, named)).scalar_one_or_none()
    if found is None:
        raise Invalid([_unknown_name(new)])
    return {f"{new.kind}_id": found}


async def _is_a_name(db: AsyncSession, new: AliasCreate) -> bool:
    if new.kind == "organization":
        return False
    table: type[Model | Benchmark] = Model if new.kind == "model" else Benchmark
    statement = select(col(table.id)).where(col(table.name) == new.alias)
    return (await execute(db, statement)).scalar_one_or_none() is not None


def _unknown_name(new: AliasCreate) -> FieldError:
    return FieldError(pointer="/name", reason=f"there is no {new.kind} named {new.name!r}")


def _name(kind: Kind | None = None) -> Any:
    """Of the kind, if one is given: its index is of use then."""
    model, benchmark, organization = col(Model.name), col(Benchmark.name), col(Alias.organization)
    if kind is None:
        return func.coalesce(model, benchmark, organization)
    return {"model": model, "benchmark": benchmark, "organization": organization}[kind]


def _with_names() -> AnySelect:
    return (
        select(table_of(Alias), _name().label("name"))
        .select_from(Alias)
        .outerjoin(Model, col(Model.id) == col(Alias.model_id))
        .outerjoin(Benchmark, col(Benchmark.id) == col(Alias.benchmark_id))
    )


def _not_found(alias_id: int) -> NotFound:
    return NotFound(f"There is no alias {alias_id}; GET /v1/aliases lists those that there are.")
