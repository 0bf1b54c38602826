from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from catalogue_schema.topics import SUBMITTED, Topic
from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from catalogue_api.catalogue.receipts import Receipt, Status, find_receipt
from catalogue_api.events.documents import batch_body, single_body
from catalogue_api.events.intake import read_event, read_events
from catalogue_api.events.publishing import publish
from catalogue_api.http.problems import RejectedItem
from catalogue_api.resources import Database, Resources

router = APIRouter(tags=["events"])


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
    rejected: list[RejectedItem]


@router.post(
    "/v1/events", status_code=202, summary="Submit many events, of all types", openapi_extra=batch_body()
)
async def post_events(
    request: Request, resources: Resources, headers: Annotated[BatchHeaders, Header()]
) -> AcceptedBatch:
    """202 once Kafka has acknowledged all valid events; each invalid one is named under `rejected`.
    Where none is valid: 422, with the same `rejected`. Give each event an `event_id`, and a
    request can be repeated without harm.
    """
    batch = await read_events(request, resources.settings.max_events)
    await publish(resources.publisher, batch.accepted, headers.traceparent)
    return AcceptedBatch(
        accepted=len(batch.accepted),
        event_ids=[event.event_id for event in batch.accepted],
        rejected=batch.rejected,
    )


@router.get("/v1/events/{event_id}", summary="What became of an event")
async def get_receipt(event_id: UUID, db: Database, response: Response) -> Receipt:
    """`unknown` means: not known yet, so ask again after Retry-After, or never sent."""
    receipt = await find_receipt(db, event_id)
    if receipt.status is Status.UNKNOWN:
        response.headers["Retry-After"] = "1"
    return receipt


def _take_one(topic: Topic) -> Callable[..., Awaitable[Accepted]]:
    """Make the route of the topic's event."""

    async def take(
        request: Request, resources: Resources, response: Response, headers: Annotated[EventHeaders, Header()]
    ) -> Accepted:
        """202 once Kafka has acknowledged it. The same event id again is the same event."""
        event = await read_event(request, topic, headers.idempotency_key)
        await publish(resources.publisher, [event], headers.traceparent)
        response.headers["Location"] = f"/v1/events/{event.event_id}"
        return Accepted(event_id=event.event_id)

    return take


for _topic in SUBMITTED.values():
    if _topic.submission and _topic.submission.path:
        router.add_api_route(
            _topic.submission.path,
            _take_one(_topic),
            methods=["POST"],
            status_code=202,
            summary=_topic.submission.summary,
            openapi_extra=single_body(_topic),
            name=f"post_{_topic.event.__name__}",
        )
