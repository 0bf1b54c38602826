from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from catalogue_schema.topics import TOPICS, Topic
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from catalogue_api.http.front import HEAD
from catalogue_api.http.observing import ENDLESS
from catalogue_api.http.problems import FieldError, Invalid
from catalogue_api.live.positions import Positions
from catalogue_api.resources import Resources

NAMES = [topic.name for topic in TOPICS]
HEADERS = {
    "Cache-Control": "no-store",
    # Proxies that collect an answer before they hand it on, as nginx does, are asked not to.
    "X-Accel-Buffering": "no",
}

router = APIRouter(tags=["events"])


def _known(name: str) -> str:
    if name not in NAMES:
        raise ValueError(f"is none of {', '.join(NAMES)}")
    return name


class StreamQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    topic: Annotated[
        list[Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": [*NAMES]})]],
        Field(max_length=len(NAMES), description="Repeated for several; all of them, unless given"),
    ] = []
    last_event_id: Annotated[
        str | None,
        Field(description="As the header Last-Event-ID, for who cannot set one; that counts first"),
    ] = None

    def topics(self) -> list[Topic]:
        return [topic for topic in TOPICS if topic.name in self.topic or not self.topic]


LastEventId = Annotated[
    str | None, Header(description="The id of the last event that came: what came since follows")
]


async def _frames(
    request: Request,
    resources: Resources,
    query: Annotated[StreamQuery, Query()],
    last_event_id: LastEventId = None,
) -> AsyncIterator[AsyncIterator[bytes]]:
    check = partial(resources.admission.admit, request.scope)
    after = _positions("header:Last-Event-ID", last_event_id) or _positions(
        "query:last_event_id", query.last_event_id
    )
    async with resources.listeners.listen(query.topics(), after, check) as frames:
        yield frames


def _positions(pointer: str, text: str | None) -> Positions | None:
    try:
        return Positions.parse(text) if text else None
    except ValueError as error:
        raise Invalid([FieldError(pointer=pointer, reason=str(error))]) from error


@router.get(
    "/v1/stream",
    summary="Events as they pass, as server-sent events",
    # FastAPI's own would have to be given a generator of events, and writes each for each listener.
    response_class=Response,
    responses={200: {"content": {EventSourceResponse.media_type: {"schema": {"type": "string"}}}}},
)
async def get_stream(
    request: Request, frames: Annotated[AsyncIterator[bytes], Depends(_frames)]
) -> EventSourceResponse:
    """For consumers without a Kafka client: from now on, or from Last-Event-ID on. What the topics keep no
    longer is told by an event `gap`. `data` is a JSON object: topic, partition, offset, time, and the event
    as it stands there; of a dead letter, where the message stands and why it failed. A comment shows every
    15 seconds that the connection stands.
    """
    request.scope["state"][ENDLESS] = True
    if HEAD in request.scope["state"]:
        return EventSourceResponse(_nothing(), headers=HEADERS)
    return EventSourceResponse(frames, headers=HEADERS)


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield
