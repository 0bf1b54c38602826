from typing import Annotated

from catalogue_schema.tables import AuditEntryResponse
from fastapi import APIRouter, Query

from catalogue_api.access.auditing import AuditQuery, list_audit
from catalogue_api.catalogue.paging import Page
from catalogue_api.resources import Database

router = APIRouter(prefix="/v1/audit", tags=["access"])


@router.get("", summary="Who did what to what, newest first")
async def get_audit(db: Database, query: Annotated[AuditQuery, Query()]) -> Page[AuditEntryResponse]:
    """Every change, but for events: those say themselves whose they are."""
    return await list_audit(db, query)
