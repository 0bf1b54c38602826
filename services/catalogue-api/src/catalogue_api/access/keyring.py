"""Keys: made, listed, rotated and revoked. A key's text is shown once, to whoever made it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from catalogue_schema.tables import ApiKey, ApiKeyCreate, ApiKeyResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession
from uuid_utils.compat import uuid7

from catalogue_api.access.keys import Key, make_key
from catalogue_api.catalogue.paging import Page, PageQuery, by_uuid
from catalogue_api.catalogue.statements import equal, table_of
from catalogue_api.http.problems import Conflict, FieldError, Invalid, NotFound

SHOWN = [column for column in table_of(ApiKey).columns if "digest" not in column.name]


class KeyQuery(PageQuery):
    is_active: bool | None = None


class MadeKey(ApiKeyResponse):
    key: Annotated[str, Field(description="The key itself, which is shown this once", examples=["cat_…"])]


class Rotation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    overlap_hours: Annotated[
        float, Field(ge=0, le=24 * 90, description="For how long the key before it still works")
    ] = 24


async def create_key(db: AsyncSession, new: ApiKeyCreate) -> MadeKey:
    """Raises Invalid for a key that would have ended already."""
    if new.expires_at is not None and new.expires_at <= datetime.now(UTC):
        raise Invalid([FieldError(pointer="/expires_at", reason="is over already")])
    key = make_key(uuid7())
    scopes = sorted(set(new.scopes))
    row = ApiKey(
        id=key.id,
        name=new.name,
        scopes=scopes,
        expires_at=new.expires_at,
        digest=key.digest,
        last_four=key.last_four,
    )
    db.add(row)
    return await _shown_once(db, row, key)


async def list_keys(db: AsyncSession, query: KeyQuery) -> Page[ApiKeyResponse]:
    """The newest first, those that were revoked included."""
    statement = select(*SHOWN).where(*equal((col(ApiKey.is_active), query.is_active)))
    return await by_uuid(db, statement, col(ApiKey.id), query, ApiKeyResponse)


async def read_key(db: AsyncSession, key_id: UUID) -> ApiKeyResponse:
    """Raises NotFound."""
    return ApiKeyResponse.model_validate((await _find(db, key_id)).model_dump())


async def revoke_key(db: AsyncSession, key_id: UUID) -> None:
    """It is refused within five seconds, and what it did stays. Raises NotFound."""
    (await _find(db, key_id)).is_active = False
    await db.flush()


async def rotate_key(db: AsyncSession, key_id: UUID, rotation: Rotation) -> MadeKey:
    """Another text for the same key: name, scopes and whose events it submits stay.

    The text before it works for the overlap; one from before that, no longer. Raises NotFound, and Conflict
    for a key that was revoked.
    """
    row = await _find(db, key_id)
    if not row.is_active:
        raise Conflict("The key was revoked: make another one with POST /v1/api-keys.")
    key = make_key(row.id)
    row.previous_digest, row.digest, row.last_four = row.digest, key.digest, key.last_four
    row.previous_ends_at = datetime.now(UTC) + timedelta(hours=rotation.overlap_hours)
    return await _shown_once(db, row, key)


async def _shown_once(db: AsyncSession, row: ApiKey, key: Key) -> MadeKey:
    await db.flush()
    return MadeKey.model_validate({**row.model_dump(), "key": key.text})


async def _find(db: AsyncSession, key_id: UUID) -> ApiKey:
    row = await db.get(ApiKey, key_id, with_for_update=True)
    if row is None:
        raise NotFound(f"There is no key {key_id}; GET /v1/api-keys lists those that there are.")
    return row
