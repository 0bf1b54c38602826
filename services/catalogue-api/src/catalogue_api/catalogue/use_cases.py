"""Use cases of models."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from catalogue_schema.tables import Category, Model, UseCase, UseCaseCreate, UseCaseResponse
from catalogue_schema.text import NewName
from sqlalchemy import delete, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import entities, named
from catalogue_api.catalogue.filters import Filters
from catalogue_api.catalogue.newest import newest_first
from catalogue_api.catalogue.paging import Page, PageQuery
from catalogue_api.catalogue.statements import AnySelect, execute, table_of
from catalogue_api.http.problems import FieldError, Invalid, NotFound
from catalogue_api.http.versions import SeenVersion

NEWEST = 1_000
MOST_USES = 200


class UseCaseQuery(PageQuery):
    model: NewName | None = None
    category: NewName | None = None


async def list_use_cases(db: AsyncSession, query: UseCaseQuery) -> Page[UseCaseResponse]:
    wanted = {
        "model_id": await named.find_id(db, Model, query.model),
        "category_id": await entities.find_id(db, Category, query.category),
    }
    filters = Filters(table_of(UseCase), wanted, ordered=("model_id", "category_id"))
    return await newest_first(db, _with_model(), filters, query, UseCaseResponse)


class Use(NamedTuple):
    """What a model is used for, and how often that was said."""

    category: str | None
    use_case: str
    mentions: int


async def list_uses(db: AsyncSession, model_id: int) -> list[Use]:
    """Of the newest 1,000 use cases: by category, those without one last, the most mentioned first."""
    of = table_of(UseCase).c
    newest = select(of.category_id, of.use_case).where(of.model_id == model_id).order_by(of.id.desc())
    said = newest.limit(NEWEST).subquery()
    category, mentions = col(Category.name), func.count()
    counted: AnySelect = select(category, said.c.use_case, mentions)
    counted = counted.select_from(said).outerjoin(Category, col(Category.id) == said.c.category_id)
    ordered = counted.group_by(category, said.c.use_case).order_by(category, mentions.desc(), said.c.use_case)
    return [Use(*row) for row in await execute(db, ordered.limit(MOST_USES))]


async def read_use_case(db: AsyncSession, use_case_id: int) -> UseCaseResponse:
    """Raises NotFound."""
    statement = _with_model().where(col(UseCase.id) == use_case_id)
    row = (await execute(db, statement)).mappings().one_or_none()
    if row is None:
        raise _not_found(use_case_id)
    return UseCaseResponse.model_validate(row)


async def create_use_case(db: AsyncSession, new: UseCaseCreate) -> UseCaseResponse:
    """Raises Invalid for a model or category that is not known."""
    named = select(col(Model.id)).where(col(Model.name) == new.model)
    # Locked, so that it cannot be deleted before this transaction ends.
    model_id = (await execute(db, named.with_for_update(read=True, key_share=True))).scalar_one_or_none()
    if model_id is None:
        raise Invalid([FieldError(pointer="/model", reason=f"there is no model named {new.model!r}")])
    category_id = await _category_id(db, new.category)
    row = UseCase(model_id=model_id, category_id=category_id, **new.model_dump(exclude={"model", "category"}))
    db.add(row)
    await db.flush()
    return UseCaseResponse(model=new.model, category=new.category, **row.model_dump())


async def change_use_case(
    db: AsyncSession, use_case_id: int, changes: Mapping[str, Any], seen: SeenVersion
) -> UseCaseResponse:
    """Raises NotFound, PreconditionFailed, or Invalid for a category that is not known."""
    row = await db.get(UseCase, use_case_id, with_for_update=True)
    if row is None:
        raise _not_found(use_case_id)
    seen.check(row.updated_at)
    fields = dict(changes)
    if "category" in fields:
        fields["category_id"] = await _category_id(db, fields.pop("category"))
    for field, value in fields.items():
        setattr(row, field, value)
    await db.flush()
    return await read_use_case(db, use_case_id)


async def remove_use_case(db: AsyncSession, use_case_id: int) -> None:
    """Raises NotFound."""
    statement = delete(UseCase).where(col(UseCase.id) == use_case_id).returning(col(UseCase.id))
    if (await execute(db, statement)).scalar_one_or_none() is None:
        raise _not_found(use_case_id)


async def _category_id(db: AsyncSession, name: str | None) -> UUID | None:
    """Locked, so that it cannot be deleted before this transaction ends."""
    if name is None:
        return None
    found = select(col(Category.id)).where(col(Category.name) == name)
    category_id = (await execute(db, found.with_for_update(read=True, key_share=True))).scalar_one_or_none()
    if category_id is None:
        raise Invalid([FieldError(pointer="/category", reason=f"there is no category named {name!r}")])
    return UUID(str(category_id))


def _with_model() -> AnySelect:
    statement: AnySelect = select(
        table_of(UseCase), col(Model.name).label("model"), col(Category.name).label("category")
    )
    return statement.join(Model).outerjoin(Category)


def _not_found(use_case_id: int) -> NotFound:
    return NotFound(f"There is no use case {use_case_id}; GET /v1/use-cases lists those that there are.")
