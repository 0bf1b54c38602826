from typing import Annotated
from uuid import UUID

from catalogue_schema.tables import Tag, TagCreate, TagResponse, TagUpdate
from fastapi import APIRouter, Query, Response

from catalogue_api.catalogue import entities
from catalogue_api.catalogue.entities import EntityQuery
from catalogue_api.catalogue.paging import Page
from catalogue_api.http.bodies import JsonRoute
from catalogue_api.http.versions import Seen, entity_tag
from catalogue_api.resources import Database

router = APIRouter(prefix="/v1/tags", tags=["tags"], route_class=JsonRoute)

TAKEN = "There is a tag of this name already: change that one with PATCH."


@router.post("", status_code=201, summary="Create a tag")
async def post_tag(db: Database, new: TagCreate, response: Response) -> TagResponse:
    """409 where the name is taken. Names are matched exactly, case included."""
    row = await entities.create(db, Tag(**new.model_dump()), TAKEN)
    response.headers["Location"] = f"/v1/tags/{row.id}"
    return TagResponse.model_validate(row.model_dump())


@router.get("", summary="List tags by name")
async def get_tags(db: Database, query: Annotated[EntityQuery, Query()]) -> Page[TagResponse]:
    return await entities.list_by_name(db, Tag, query, TagResponse)


@router.get("/{tag_id}", summary="A tag")
async def get_tag(db: Database, tag_id: UUID, response: Response) -> TagResponse:
    row = await entities.find(db, Tag, tag_id)
    response.headers["ETag"] = entity_tag(row.updated_at)
    return TagResponse.model_validate(row.model_dump())


@router.patch("/{tag_id}", summary="Change some of a tag's fields")
async def patch_tag(
    db: Database, tag_id: UUID, changes: TagUpdate, seen: Seen, response: Response
) -> TagResponse:
    """A field that is left out stays as it is. A new name is taken, or 409."""
    row = await entities.find(db, Tag, tag_id, for_update=True)
    row = await entities.change(db, row, changes.model_dump(exclude_unset=True), seen, TAKEN)
    response.headers["ETag"] = entity_tag(row.updated_at)
    return TagResponse.model_validate(row.model_dump())


@router.delete("/{tag_id}", status_code=204, summary="Delete a tag; what had it stays")
async def delete_tag(db: Database, tag_id: UUID) -> None:
    await entities.remove(db, Tag, tag_id)
