"""From a request to the events that it submits."""

from uuid import UUID

from catalogue_runtime.metrics import Outcome, count_events
from catalogue_schema.events import Event
from catalogue_schema.topics import Topic
from fastapi import Request
from prometheus_client import Histogram

from catalogue_api.events.formats import BATCH_FORMATS, SINGLE_FORMATS
from catalogue_api.http.bodies import media_type
from catalogue_api.http.items import Batch, Rejected, validate_items
from catalogue_api.http.problems import FieldError, Invalid, NothingValid

REQUEST_EVENTS = Histogram(
    "catalogue_api_request_events",
    "Items in one request to /v1/events",
    buckets=(1, 10, 100, 1000, 2500, 5000, 10_000),
)


async def read_events(request: Request, most: int) -> Batch[Event]:
    """Raises UnsupportedMediaType, Malformed, TooLarge, or NothingValid."""
    form = BATCH_FORMATS[media_type(request, BATCH_FORMATS)]
    try:
        batch = await validate_items(form.split(await request.body()), form.parse, most)
    except NothingValid as nothing:
        _count(0, len(nothing.rejected))
        raise
    _count(len(batch.accepted), len(batch.rejected))
    return batch


async def read_event(request: Request, topic: Topic, key: UUID | None) -> Event:
    """The one event of a request; `key` is its id, unless it brings one.

    Raises UnsupportedMediaType, Malformed, or Invalid, also where its own id is another than `key`.
    """
    form = SINGLE_FORMATS[media_type(request, SINGLE_FORMATS)]
    [item] = form.split(await request.body())
    try:
        event = form.parse(item, {topic.event.__name__: topic})
    except Rejected as rejected:
        count_events(topic.event, Outcome.REJECTED)
        raise Invalid(rejected.errors) from rejected
    if key is None or event.event_id == key:
        return event
    if "event_id" in event.model_fields_set:
        reason = "is another id than the event's own: send one of them, or the same"
        raise Invalid([FieldError(pointer="header:idempotency-key", reason=reason)])
    return event.model_copy(update={"event_id": key})


def _count(accepted: int, rejected: int) -> None:
    """Count a request's items. One that was rejected has no type that could be trusted as a label."""
    count_events(None, Outcome.REJECTED, rejected)
    REQUEST_EVENTS.observe(accepted + rejected)
