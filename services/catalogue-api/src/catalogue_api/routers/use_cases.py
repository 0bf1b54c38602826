from typing import Annotated

from catalogue_schema.tables import UseCaseCreate, UseCaseResponse, UseCaseUpdate
from fastapi import APIRouter, Query, Response

from catalogue_api.catalogue.paging import Page
from catalogue_api.catalogue.use_cases import (
    UseCaseQuery,
    change_use_case,
    create_use_case,
    list_use_cases,
    read_use_case,
    remove_use_case,
)
from catalogue_api.http.bodies import JsonRoute
from catalogue_api.http.versions import Seen, entity_tag
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import IdPath

router = APIRouter(prefix="/v1/use-cases", tags=["use cases"], route_class=JsonRoute)


@router.post("", status_code=201, summary="Say what a model is used for")
async def post_use_case(db: Database, new: UseCaseCreate, response: Response) -> UseCaseResponse:
    """422 for a model that is not known."""
    created = await create_use_case(db, new)
    response.headers["Location"] = f"/v1/use-cases/{created.id}"
    return created


@router.get("", summary="List use cases, newest first")
async def get_use_cases(db: Database, query: Annotated[UseCaseQuery, Query()]) -> Page[UseCaseResponse]:
    return await list_use_cases(db, query)


@router.get("/{use_case_id}", summary="A use case")
async def get_use_case(db: Database, use_case_id: IdPath, response: Response) -> UseCaseResponse:
    found = await read_use_case(db, use_case_id)
    response.headers["ETag"] = entity_tag(found.updated_at)
    return found


@router.patch("/{use_case_id}", summary="Change some of a use case's fields")
async def patch_use_case(
    db: Database, use_case_id: IdPath, changes: UseCaseUpdate, seen: Seen, response: Response
) -> UseCaseResponse:
    """A field that is left out stays as it is; null clears it."""
    changed = await change_use_case(db, use_case_id, changes.model_dump(exclude_unset=True), seen)
    response.headers["ETag"] = entity_tag(changed.updated_at)
    return changed


@router.delete("/{use_case_id}", status_code=204, summary="Delete a use case")
async def delete_use_case(db: Database, use_case_id: IdPath) -> None:
    await remove_use_case(db, use_case_id)
