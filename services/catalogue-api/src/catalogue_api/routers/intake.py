"""The routes that take events, made from the registry; `events.documents` describes them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from catalogue_schema.events import Event
from catalogue_schema.topics import SUBMITTED, Topic
from pydantic_core import to_json
from starlette.routing import Route

from catalogue_api.access.limiting import EVENTS
from catalogue_api.access.principals import Principal
from catalogue_api.events.binary import MARK, binary_format
from catalogue_api.events.documents import EVENTS_PATH
from catalogue_api.events.doors import Door, door_of
from catalogue_api.events.formats import BATCH_FORMATS, SINGLE_FORMATS, Format
from catalogue_api.events.intake import EventReader, identified, read_event, read_events
from catalogue_api.events.keys import IdempotencyKey
from catalogue_api.http.lean import Answer, Endpoint, LeanRequest
from catalogue_api.http.media import JSON, media_type


def intake_routes() -> Sequence[Route]:
    singles = [
        Route(topic.submission.path, Endpoint(_single(topic)), methods=["POST"])
        for topic in SUBMITTED.values()
        if topic.submission and topic.submission.path
    ]
    return [Route(EVENTS_PATH, Endpoint(_batch()), methods=["POST"]), *singles]


def _single(topic: Topic) -> Callable[[LeanRequest], Awaitable[Answer]]:
    door = door_of(topic.event.__name__)

    async def take_one(request: LeanRequest) -> Answer:
        form = _format(request, SINGLE_FORMATS, door)
        key = _key(request)
        request.state[EVENTS] = 1
        event = read_event(await request.body(), form, EventReader(form, door), topic)
        if key is not None:
            event = identified(event, key)
        await _publish(request, [event])
        event_id = str(event.event_id).encode()
        location = (b"location", b"/v1/events/" + event_id)
        return Answer(202, b'{"event_id":"' + event_id + b'"}', (location,))

    return take_one


def _batch() -> Callable[[LeanRequest], Awaitable[Answer]]:
    door = door_of(*SUBMITTED)

    async def take_many(request: LeanRequest) -> Answer:
        form = _format(request, BATCH_FORMATS, door)
        reader = EventReader(form, door, _key(request))
        most = request.resources.settings.max_events
        batch = await read_events(await request.body(), form, reader, most)
        request.state[EVENTS] = len(batch.accepted) + len(batch.rejected)
        await _publish(request, batch.accepted)
        ids = [event.event_id for event in batch.accepted]
        return Answer(202, to_json({"accepted": len(ids), "event_ids": ids, "rejected": batch.rejected}))

    return take_many


async def _publish(request: LeanRequest, events: Sequence[Event]) -> None:
    """As the events of whoever sent the request, whatever they say themselves. Raises as Publishing."""
    principal: Principal = request.state["principal"]
    await request.resources.publishing.publish(events, principal.producer, request.header(b"traceparent"))


def _format(request: LeanRequest, formats: Mapping[str, Format], door: Door) -> Format:
    name = media_type(request.header(b"content-type") or "", formats)
    if name == JSON and request.header(MARK) is not None:
        return binary_format(request, door)
    return formats[name]


def _key(request: LeanRequest) -> IdempotencyKey | None:
    given = request.header(b"idempotency-key")
    return None if given is None else IdempotencyKey(given)
