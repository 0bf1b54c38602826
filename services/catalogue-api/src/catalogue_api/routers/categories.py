from typing import Annotated
from uuid import UUID

from catalogue_schema.tables import Category, CategoryCreate, CategoryResponse, CategoryUpdate
from fastapi import APIRouter, Query, Response

from catalogue_api.catalogue import entities
from catalogue_api.catalogue.entities import EntityQuery
from catalogue_api.catalogue.paging import Page
from catalogue_api.http.bodies import JsonRoute
from catalogue_api.http.versions import Seen, entity_tag
from catalogue_api.resources import Database

router = APIRouter(prefix="/v1/categories", tags=["categories"], route_class=JsonRoute)

TAKEN = "There is a category of this name already: change that one with PATCH."


@router.post("", status_code=201, summary="Create a category")
async def post_category(db: Database, new: CategoryCreate, response: Response) -> CategoryResponse:
    """409 where the name is taken. Names are matched exactly, case included."""
    row = await entities.create(db, Category(**new.model_dump()), TAKEN)
    response.headers["Location"] = f"/v1/categories/{row.id}"
    return CategoryResponse.model_validate(row.model_dump())


@router.get("", summary="List categories by name")
async def get_categories(db: Database, query: Annotated[EntityQuery, Query()]) -> Page[CategoryResponse]:
    return await entities.list_by_name(db, Category, query, CategoryResponse)


@router.get("/{category_id}", summary="A category")
async def get_category(db: Database, category_id: UUID, response: Response) -> CategoryResponse:
    row = await entities.find(db, Category, category_id)
    response.headers["ETag"] = entity_tag(row.updated_at)
    return CategoryResponse.model_validate(row.model_dump())


@router.patch("/{category_id}", summary="Change some of a category's fields")
async def patch_category(
    db: Database, category_id: UUID, changes: CategoryUpdate, seen: Seen, response: Response
) -> CategoryResponse:
    """A field that is left out stays as it is. A new name is taken, or 409."""
    row = await entities.find(db, Category, category_id, for_update=True)
    row = await entities.change(db, row, changes.model_dump(exclude_unset=True), seen, TAKEN)
    response.headers["ETag"] = entity_tag(row.updated_at)
    return CategoryResponse.model_validate(row.model_dump())


@router.delete("/{category_id}", status_code=204, summary="Delete a category; what had it stays")
async def delete_category(db: Database, category_id: UUID) -> None:
    await entities.remove(db, Category, category_id)
