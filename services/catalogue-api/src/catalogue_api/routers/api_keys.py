from typing import Annotated
from uuid import UUID

from catalogue_schema.tables import ApiKeyCreate, ApiKeyResponse
from fastapi import APIRouter, Query, Response

from catalogue_api.access.keyring import (
    KeyQuery,
    MadeKey,
    Rotation,
    create_key,
    list_keys,
    read_key,
    revoke_key,
    rotate_key,
)
from catalogue_api.catalogue.paging import Page
from catalogue_api.http.bodies import JsonRoute
from catalogue_api.resources import Database

router = APIRouter(prefix="/v1/api-keys", tags=["access"], route_class=JsonRoute)

NO_STORE = {"Cache-Control": "no-store"}


@router.post("", status_code=201, summary="Make a key for a program")
async def post_api_key(db: Database, new: ApiKeyCreate, response: Response) -> MadeKey:
    """The key is in this answer and nowhere else: what is kept is its digest."""
    made = await create_key(db, new)
    response.headers["Location"] = f"/v1/api-keys/{made.id}"
    response.headers.update(NO_STORE)
    return made


@router.get("", summary="List keys, newest first, without the keys themselves")
async def get_api_keys(db: Database, query: Annotated[KeyQuery, Query()]) -> Page[ApiKeyResponse]:
    return await list_keys(db, query)


@router.get("/{key_id}", summary="A key's name, scopes and use")
async def get_api_key(db: Database, key_id: UUID) -> ApiKeyResponse:
    return await read_key(db, key_id)


@router.delete("/{key_id}", status_code=204, summary="Revoke a key")
async def delete_api_key(db: Database, key_id: UUID) -> None:
    """It is refused within five seconds. What it submitted stays."""
    await revoke_key(db, key_id)


@router.post("/{key_id}/rotate", summary="Replace a key by another text")
async def rotate_api_key(db: Database, key_id: UUID, rotation: Rotation, response: Response) -> MadeKey:
    """The same key, with its id, name and scopes; the text before it still works for the overlap."""
    response.headers.update(NO_STORE)
    return await rotate_key(db, key_id, rotation)
