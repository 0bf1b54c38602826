"""From a request to the events that it submits."""

from collections.abc import Sequence
from uuid import UUID

from catalogue_runtime.metrics import Outcome, count_events
from fastapi import Request
from prometheus_client import Histogram

from catalogue_api.bodies import media_type
from catalogue_api.events.formats import BATCH_FORMATS, SINGLE_FORMATS
from catalogue_api.events.parsing import Submitted
from catalogue_api.items import Batch, Rejected, judge
from catalogue_api.problems import FieldError, Invalid, ItemError

REQUEST_EVENTS = Histogram(
    "catalogue_api_request_events",
    "Items in one request to /v1/events",
    buckets=(1, 10, 100, 1000, 2500, 5000, 10_000),
)


async def read_events(request: Request, most: int) -> Batch[Submitted]:
    """Raises UnsupportedMediaType, Malformed, TooLarge, or Invalid when no event is valid."""
    form = BATCH_FORMATS[media_type(request, BATCH_FORMATS)]
    try:
        batch = await judge(form.split(await request.body()), form.parse, most)
    except Invalid as invalid:
        _count(0, invalid.errors)
        raise
    _count(len(batch.accepted), batch.rejected)
    return batch


async def read_event(request: Request, kind: type[Submitted], key: UUID | None) -> Submitted:
    """The one event of a request; `key` is its id, unless it brings one.

    Raises UnsupportedMediaType, Malformed, or Invalid, also where its own id is another than `key`.
    """
    form = SINGLE_FORMATS[media_type(request, SINGLE_FORMATS)]
    [item] = form.split(await request.body())
    try:
        event = form.parse(item, {kind.__name__: kind})
    except Rejected as rejected:
        count_events(kind, Outcome.REJECTED)
        raise Invalid(rejected.errors) from rejected
    if key is None or event.event_id == key:
        return event
    if "event_id" in event.model_fields_set:
        reason = "is another id than the event's own: send one of them, or the same"
        raise Invalid([FieldError(pointer="header:idempotency-key", reason=reason)])
    return event.model_copy(update={"event_id": key})


def _count(accepted: int, errors: Sequence[FieldError | ItemError]) -> None:
    """An item that was rejected has no type that could be trusted as a label."""
    rejected = len({error.get("index") for error in errors})
    count_events(None, Outcome.REJECTED, rejected)
    REQUEST_EVENTS.observe(accepted + rejected)
