"""Use cases of models."""

from collections.abc import Mapping
from typing import Any

from catalogue_schema.tables import Model, UseCase, UseCaseCreate, UseCaseResponse
from catalogue_schema.text import NewName
from sqlalchemy import delete, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.filters import Filters
from catalogue_api.catalogue.newest import newest_first
from catalogue_api.catalogue.paging import Page, PageQuery
from catalogue_api.catalogue.statements import AnySelect, execute, table_of
from catalogue_api.http.problems import FieldError, Invalid, NotFound
from catalogue_api.http.versions import SeenVersion


class UseCaseQuery(PageQuery):
    model: NewName | None = None


async def list_use_cases(db: AsyncSession, query: UseCaseQuery) -> Page[UseCaseResponse]:
    wanted = {"model_id": await named.find_id(db, Model, query.model)}
    filters = Filters(table_of(UseCase), wanted, ordered=("model_id",))
    return await newest_first(db, _with_model(), filters, query, UseCaseResponse)


async def read_use_case(db: AsyncSession, use_case_id: int) -> UseCaseResponse:
    """Raises NotFound."""
    statement = _with_model().where(col(UseCase.id) == use_case_id)
    row = (await execute(db, statement)).mappings().one_or_none()
    if row is None:
        raise _not_found(use_case_id)
    return UseCaseResponse.model_validate(row)


async def create_use_case(db: AsyncSession, new: UseCaseCreate) -> UseCaseResponse:
    """Raises Invalid for a model that is not known."""
    named = select(col(Model.id)).where(col(Model.name) == new.model)
    # Locked, so that it cannot be deleted before this transaction ends.
    model_id = (await execute(db, named.with_for_update(read=True, key_share=True))).scalar_one_or_none()
    if model_id is None:
        raise Invalid([FieldError(pointer="/model", reason=f"there is no model named {new.model!r}")])
    row = UseCase(model_id=model_id, **new.model_dump(exclude={"model"}))
    db.add(row)
    await db.flush()
    return UseCaseResponse(model=new.model, **row.model_dump())


async def change_use_case(
    db: AsyncSession, use_case_id: int, changes: Mapping[str, Any], seen: SeenVersion
) -> UseCaseResponse:
    """Raises NotFound or PreconditionFailed."""
    row = await db.get(UseCase, use_case_id, with_for_update=True)
    if row is None:
        raise _not_found(use_case_id)
    seen.check(row.updated_at)
    for field, value in changes.items():
        setattr(row, field, value)
    await db.flush()
    return await read_use_case(db, use_case_id)


async def remove_use_case(db: AsyncSession, use_case_id: int) -> None:
    """Raises NotFound."""
    statement = delete(UseCase).where(col(UseCase.id) == use_case_id).returning(col(UseCase.id))
    if (await execute(db, statement)).scalar_one_or_none() is None:
        raise _not_found(use_case_id)


def _with_model() -> AnySelect:
    return select(table_of(UseCase), col(Model.name).label("model")).join(Model)


def _not_found(use_case_id: int) -> NotFound:
    return NotFound(f"There is no use case {use_case_id}; GET /v1/use-cases lists those that there are.")
