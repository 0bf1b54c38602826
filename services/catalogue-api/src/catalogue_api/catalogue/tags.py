"""Which tags a model has, and which models have tags."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from catalogue_schema.tables import Model, ModelCreate, ModelResponse, ModelTag, Tag
from catalogue_schema.tables.tags import MOST_TAGS, TagName
from pydantic import Field
from sqlalchemy import ARRAY, ColumnElement, Text, any_, bindparam, func, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.statements import execute, table_of
from catalogue_api.catalogue.upsert import Imported, upsert
from catalogue_api.http.items import Batch
from catalogue_api.http.problems import FieldError, Invalid, NothingValid
from catalogue_api.http.versions import SeenVersion

TagFilter = Annotated[
    list[TagName] | None,
    Field(max_length=MOST_TAGS, description="A tag that the model has; of several, all of them"),
]

# A model whose tags alone changed is another version, too. What this transaction wrote is one already.
SET_TAGS = text("""
WITH line AS (
    SELECT m.id AS model_id, line.tags
    FROM jsonb_to_recordset(:rows) AS line (name text, tags text[]) JOIN models AS m ON m.name = line.name
), wanted AS (
    SELECT DISTINCT line.model_id, t.id AS tag_id
    FROM line, unnest(line.tags) AS named JOIN tags AS t ON t.name = named
), removed AS (
    DELETE FROM model_tags AS mt USING line
    WHERE mt.model_id = line.model_id AND (mt.model_id, mt.tag_id) NOT IN (SELECT * FROM wanted)
    RETURNING mt.model_id
), added AS (
    INSERT INTO model_tags (model_id, tag_id) SELECT * FROM wanted ORDER BY model_id, tag_id
    ON CONFLICT DO NOTHING RETURNING model_id
)
UPDATE models SET updated_at = clock_timestamp()
WHERE id IN (SELECT model_id FROM removed UNION SELECT model_id FROM added)
    AND xmin <> pg_current_xact_id()::xid
RETURNING id
""").bindparams(bindparam("rows", type_=JSONB))


def tag_names() -> ColumnElement[Any]:
    """The names of a row's tags, in order, beside a statement's models."""
    names = (
        select(col(Tag.name))
        .join(ModelTag, col(ModelTag.tag_id) == col(Tag.id))
        .where(col(ModelTag.model_id) == col(Model.id))
        .order_by(col(Tag.name))
        .correlate(table_of(Model))
    )
    return func.array(names.scalar_subquery()).label("tags")


def tagged(names: Sequence[str] | None) -> list[ColumnElement[bool]]:
    """That a model has all of these tags."""
    of_tag = select(col(ModelTag.model_id)).join(Tag, col(Tag.id) == col(ModelTag.tag_id))
    return [col(Model.id).in_(of_tag.where(col(Tag.name) == name)) for name in dict.fromkeys(names or ())]


async def tags_of(db: AsyncSession, model_id: int | None) -> list[str]:
    statement = select(tag_names()).select_from(Model).where(col(Model.id) == model_id)
    return list((await execute(db, statement)).scalar_one())


async def with_tags(db: AsyncSession, model: Model) -> ModelResponse:
    return ModelResponse(**model.model_dump(), tags=await tags_of(db, model.id))


async def create_model(db: AsyncSession, new: ModelCreate) -> ModelResponse:
    """Raises Conflict where the name is taken, and Invalid for tags that are not known."""
    await _require_known(db, new.tag_names or [])
    row = await named.create(db, Model(**new.model_dump(exclude={"tag_names"})))
    await _set_tags(db, {row.name: new.tag_names})
    return await with_tags(db, row)


async def change_model(
    db: AsyncSession, name: str, changes: Mapping[str, Any], seen: SeenVersion
) -> ModelResponse:
    """Raises NotFound, PreconditionFailed, Conflict where the new name is taken, or Invalid for tags."""
    fields = {field: value for field, value in changes.items() if field != "tags"}
    await _require_known(db, changes.get("tags") or [])
    row = await named.change(db, Model, name, fields, seen)
    await _set_tags(db, {row.name: changes.get("tags")})
    await db.refresh(row)
    return await with_tags(db, row)


async def import_models(db: AsyncSession, batch: Batch[ModelCreate]) -> Imported:
    """A line with tags that are not known is rejected; one without tags leaves its model's as they are."""
    known = await _known(db, {tag for line in batch.accepted for tag in line.tag_names or []})
    errors = {
        place: _unknown(*wrong[0])
        for place, line in enumerate(batch.accepted)
        if (wrong := [(at, tag) for at, tag in enumerate(line.tag_names or []) if tag not in known])
    }
    batch = batch.without(errors)
    if not batch.accepted:
        raise NothingValid(batch.rejected)
    imported = await upsert(db, Model, batch)
    changed = await _set_tags(db, {line.name: line.tag_names for line in batch.accepted})
    return imported.model_copy(
        update={"updated": imported.updated + changed, "unchanged": imported.unchanged - changed}
    )


async def _set_tags(db: AsyncSession, wanted: Mapping[str, Sequence[str] | None]) -> int:
    """Give each model its tags and no others; None leaves them. Returns how many changed by these alone."""
    rows = [{"name": name, "tags": tags} for name, tags in wanted.items() if tags is not None]
    if not rows:
        return 0
    connection = await db.connection()
    return len((await connection.execute(SET_TAGS, {"rows": rows})).all())


async def _known(db: AsyncSession, names: set[str]) -> set[str]:
    """Locked, so that they cannot be deleted before this transaction ends."""
    if not names:
        return set()
    statement = select(col(Tag.name)).where(col(Tag.name) == any_(literal(sorted(names), ARRAY(Text))))
    return set((await execute(db, statement.with_for_update(read=True, key_share=True))).scalars())


async def _require_known(db: AsyncSession, names: Sequence[str]) -> None:
    known = await _known(db, set(names))
    if wrong := [_unknown(at, name) for at, name in enumerate(names) if name not in known]:
        raise Invalid(wrong)


def _unknown(at: int, name: str) -> FieldError:
    return FieldError(pointer=f"/tags/{at}", reason=f"there is no tag named {name!r}: create it at /v1/tags")
