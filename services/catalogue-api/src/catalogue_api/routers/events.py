from uuid import UUID

from fastapi import APIRouter, Response

from catalogue_api.catalogue.receipts import Receipt, Status, find_receipt
from catalogue_api.resources import Database

router = APIRouter(tags=["events"])


@router.get("/v1/events/{event_id}", summary="What became of an event")
async def get_receipt(event_id: UUID, db: Database, response: Response) -> Receipt:
    """`unknown` means: not known yet, so ask again after Retry-After, or never sent."""
    receipt = await find_receipt(db, event_id)
    if receipt.status is Status.UNKNOWN:
        response.headers["Retry-After"] = "1"
    return receipt
