from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from catalogue_api.catalogue.receipts import Receipt, ReceiptQuery, Receipts, Status, find_receipts
from catalogue_api.resources import Database

router = APIRouter(prefix="/v1/events", tags=["events"])


@router.get("", summary="What became of several events")
async def get_receipts(db: Database, query: Annotated[ReceiptQuery, Query()]) -> Receipts:
    """In the order of the ids."""
    return Receipts(items=await find_receipts(db, query.ids))


@router.get("/{event_id}", summary="What became of an event")
async def get_receipt(event_id: UUID, db: Database, response: Response) -> Receipt:
    """`unknown` means: not known yet, so ask again after Retry-After, or never sent."""
    (receipt,) = await find_receipts(db, [event_id])
    if receipt.status is Status.UNKNOWN:
        response.headers["Retry-After"] = "1"
    return receipt
