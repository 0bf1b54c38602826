from typing import Annotated
from uuid import UUID

from catalogue_schema.events import OpinionSubmitted, ResultReported
from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from catalogue_api.catalogue.receipts import Receipt, Status, find_receipt
from catalogue_api.events.documents import batch_body, single_body
from catalogue_api.events.intake import read_event, read_events
from catalogue_api.events.parsing import Submitted
from catalogue_api.events.publishing import publish
from catalogue_api.problems import ItemError
from catalogue_api.state import Database, Running

router = APIRouter(prefix="/v1", tags=["events"])


class BatchHeaders(BaseModel):
    traceparent: Annotated[str | None, Field(description="W3C Trace Context; passed on to the messages")] = (
        None
    )


class EventHeaders(BatchHeaders):
    model_config = ConfigDict(alias_generator=lambda name: name.replace("_", "-"))

    # The IETF's draft of this header has its value in double quotes.
    idempotency_key: Annotated[
        UUID | None,
        BeforeValidator(lambda given: given.strip('"')),
        Field(description="The event's id, unless the body has one"),
    ] = None


class Accepted(BaseModel):
    event_id: Annotated[UUID, Field(description="Ask /v1/events/{event_id} what became of it")]


class AcceptedBatch(BaseModel):
    accepted: Annotated[int, Field(examples=[341])]
    event_ids: Annotated[list[UUID], Field(description="Of the events that were accepted, in their order")]
    rejected: list[ItemError]


@router.post(
    "/opinions", status_code=202, summary="Submit an opinion", openapi_extra=single_body(OpinionSubmitted)
)
async def post_opinion(
    request: Request, running: Running, response: Response, headers: Annotated[EventHeaders, Header()]
) -> Accepted:
    """202 once Kafka has acknowledged it. The same event id again is the same event."""
    event = await read_event(request, OpinionSubmitted, headers.idempotency_key)
    return await _publish_one(running, event, headers, response)


@router.post(
    "/results", status_code=202, summary="Report a result", openapi_extra=single_body(ResultReported)
)
async def post_result(
    request: Request, running: Running, response: Response, headers: Annotated[EventHeaders, Header()]
) -> Accepted:
    """202 once Kafka has acknowledged it. The same event id again is the same event."""
    event = await read_event(request, ResultReported, headers.idempotency_key)
    return await _publish_one(running, event, headers, response)


@router.post(
    "/events", status_code=202, summary="Submit many events, of all types", openapi_extra=batch_body()
)
async def post_events(
    request: Request, running: Running, headers: Annotated[BatchHeaders, Header()]
) -> AcceptedBatch:
    """202 once Kafka has acknowledged all valid events; each invalid one is named under `rejected`.
    Where none is valid: 422, and `errors` name each with its index. Give each event an `event_id`, and a
    request can be repeated without harm.
    """
    batch = await read_events(request, running.settings.max_events)
    await publish(running.publisher, batch.accepted, headers.traceparent)
    return AcceptedBatch(
        accepted=len(batch.accepted),
        event_ids=[event.event_id for event in batch.accepted],
        rejected=batch.rejected,
    )


@router.get("/events/{event_id}", summary="What became of an event")
async def get_receipt(event_id: UUID, db: Database, response: Response) -> Receipt:
    """`unknown` means: not known yet, so ask again after Retry-After, or never sent."""
    receipt = await find_receipt(db, event_id)
    if receipt.status is Status.UNKNOWN:
        response.headers["Retry-After"] = "1"
    return receipt


async def _publish_one(
    running: Running, event: Submitted, headers: EventHeaders, response: Response
) -> Accepted:
    await publish(running.publisher, [event], headers.traceparent)
    response.headers["Location"] = f"/v1/events/{event.event_id}"
    return Accepted(event_id=event.event_id)
