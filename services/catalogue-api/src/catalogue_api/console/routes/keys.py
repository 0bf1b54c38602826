"""Keys of programs: made, rotated and revoked. A key itself is on the page that answers its form alone."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from uuid import UUID

from catalogue_schema.tables import ApiKeyCreate, ApiKeyResponse
from catalogue_schema.tables.api_keys import Scope
from fastapi import Depends, Query, Request
from pydantic import AwareDatetime, BeforeValidator
from starlette.responses import Response

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
from catalogue_api.console.formats import path_of
from catalogue_api.console.forms import Confirmed, form_of, listed
from catalogue_api.console.rendering import Console, Pages
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database

ALLOWS: dict[Scope, str] = {
    "events:write": "send events, and nothing else",
    "read": "read the catalogue, receipts and dead letters",
    "reference:write": "create and change models, benchmarks, prices, use cases and aliases",
    "reference:delete": "delete them",
    "dead-letters:write": "replay and discard what failed",
    "tasks:write": "make and change tasks",
    "privacy:erase": "erase somebody's texts",
    "admin": "all of these; and keys, users and the audit",
}
Standing = Literal["in use", "not used yet", "ended", "revoked"]

router = page_router()


def _end_of(day: object) -> object:
    """A browser's field for a day: the key works until that is over, in UTC."""
    try:
        last = date.fromisoformat(str(day))
        return datetime.combine(last + timedelta(days=1), time(), UTC)
    except (ValueError, OverflowError):
        return day


class KeyForm(ApiKeyCreate):
    scopes: Annotated[list[Scope], BeforeValidator(listed)]
    expires_at: Annotated[AwareDatetime | None, BeforeValidator(_end_of)] = None


def standing(key: ApiKeyResponse) -> Standing:
    if not key.is_active:
        return "revoked"
    if key.expires_at is not None and key.expires_at <= datetime.now(UTC):
        return "ended"
    return "in use" if key.last_used_at else "not used yet"


@router.get("/keys")
async def keys(db: Database, console: Console, asked: Annotated[KeyQuery, Query()]) -> Response:
    found = await list_keys(db, asked)
    return console.page("keys.html", keys=found, asked=asked, standing=standing, allows=ALLOWS)


@router.post("/keys")
async def make_key(
    db: Database, console: Console, request: Request, new: Annotated[KeyForm, Depends(form_of(KeyForm))]
) -> Response:
    made = await create_key(db, new)
    console.about(made.id)
    return _shown_once(console, request, made, rotated=False)


@router.get("/keys/{key_id}")
async def key(db: Database, console: Console, key_id: UUID) -> Response:
    found = await read_key(db, key_id)
    return console.page("key.html", key=found, standing=standing(found), allows=ALLOWS)


@router.post("/keys/{key_id}/rotate")
async def rotate(
    db: Database,
    console: Console,
    request: Request,
    key_id: UUID,
    rotation: Annotated[Rotation, Depends(form_of(Rotation))],
) -> Response:
    return _shown_once(console, request, await rotate_key(db, key_id, rotation), rotated=True)


@router.post("/keys/{key_id}/revoke")
async def revoke(
    db: Database, console: Console, key_id: UUID, _: Annotated[Confirmed, Depends(form_of(Confirmed))]
) -> Response:
    await revoke_key(db, key_id)
    return console.go_to(path_of("keys", key_id), "The key is revoked: it is refused within five seconds.")


def _shown_once(console: Pages, request: Request, made: MadeKey, *, rotated: bool) -> Response:
    here = str(request.base_url).rstrip("/")
    page = console.page("key-made.html", made=made, rotated=rotated, here=here)
    page.headers["Cache-Control"] = "no-store"
    return page
