from typing import Annotated

from catalogue_schema.tables import Model, ModelCreate, ModelResponse, ModelUpdate
from fastapi import APIRouter, Depends, Query, Response

from catalogue_api.catalogue import named
from catalogue_api.catalogue.history import AsOfQuery
from catalogue_api.catalogue.models import ModelDetail, ModelQuery, describe_model, list_models
from catalogue_api.catalogue.paging import Page
from catalogue_api.catalogue.tags import change_model, import_models
from catalogue_api.catalogue.tags import create_model as create
from catalogue_api.catalogue.upsert import Imported
from catalogue_api.http.bodies import JsonRoute
from catalogue_api.http.items import Batch
from catalogue_api.http.versions import Seen, entity_tag
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import NamePath, location, ndjson_body, records

router = APIRouter(prefix="/v1/models", tags=["models"], route_class=JsonRoute)

Records = Annotated[Batch[ModelCreate], Depends(records(ModelCreate))]


@router.post("", status_code=201, summary="Create a model")
async def create_model(db: Database, new: ModelCreate, response: Response) -> ModelResponse:
    """409 where the name is taken. Names are matched exactly, case included."""
    created = await create(db, new)
    response.headers["Location"] = location("models", created.name)
    return created


@router.post("/import", summary="Create and replace models by name", openapi_extra=ndjson_body(ModelCreate))
async def post_models(batch: Records, db: Database) -> Imported:
    """One model a line, whole: a field that is left out becomes null; tags that are left out stay. A line
    whose name an earlier line had is rejected. What is as it was is not touched, so the same import again
    changes nothing.
    """
    return await import_models(db, batch)


@router.get("", summary="List models by name", response_model_exclude_unset=True)
async def get_models(db: Database, query: Annotated[ModelQuery, Query()]) -> Page[ModelResponse]:
    return await list_models(db, query)


@router.get("/{name:path}", summary="A model, with its counts, sentiment and latest results")
async def get_model(
    db: Database, name: NamePath, asked: Annotated[AsOfQuery, Query()], response: Response
) -> ModelDetail:
    """With `as_of` the latest results and prices are those of that day; all else is as it is now."""
    found = await describe_model(db, name, asked)
    response.headers["ETag"] = entity_tag(found.updated_at)
    return found


@router.patch("/{name:path}", summary="Change some of a model's fields")
async def patch_model(
    db: Database, name: NamePath, changes: ModelUpdate, seen: Seen, response: Response
) -> ModelResponse:
    """A field that is left out stays as it is; null clears it. A new name is taken, or 409."""
    changed = await change_model(db, name, changes.model_dump(exclude_unset=True), seen)
    response.headers["ETag"] = entity_tag(changed.updated_at)
    return changed


@router.delete("/{name:path}", status_code=204, summary="Delete a model and all that belongs to it")
async def delete_model(db: Database, name: NamePath) -> None:
    await named.remove(db, Model, name)
