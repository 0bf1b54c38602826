from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from catalogue_api.catalogue.receipts import Receipt, ReceiptQuery, Receipts, Status, find_receipts
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import Producer

router = APIRouter(prefix="/v1/events", tags=["events"])


@router.get("", summary="What became of several events")
async def get_receipts(db: Database, query: Annotated[ReceiptQuery, Query()], producer: Producer) -> Receipts:
    """In the order of the ids; of an id that several producers used, your own event's."""
    return Receipts(items=await find_receipts(db, query.ids, producer))


@router.get("/{event_id}", summary="What became of an event")
async def get_receipt(event_id: UUID, db: Database, producer: Producer, response: Response) -> Receipt:
    """`unknown` means: not known yet, so ask again after Retry-After, or never sent.

    Of an id that several producers used it is your own event's; another's, where you sent none.
    """
    (receipt,) = await find_receipts(db, [event_id], producer)
    if receipt.status is Status.UNKNOWN:
        response.headers["Retry-After"] = "1"
    return receipt
