"""From a request's body to the events that it submits."""

from catalogue_runtime.metrics import Outcome, count_events
from catalogue_schema.clock import Clock
from catalogue_schema.events import Event
from catalogue_schema.topics import Topic
from prometheus_client import Histogram

from catalogue_api.events.doors import Door
from catalogue_api.events.formats import Format
from catalogue_api.events.keys import HEADER, IdempotencyKey
from catalogue_api.http.items import Batch, NotJson, Rejected, validate_items
from catalogue_api.http.problems import FieldError, Invalid, NothingValid

REQUEST_EVENTS = Histogram(
    "catalogue_api_request_events",
    "Items in one request to /v1/events",
    buckets=(1, 10, 100, 1000, 2500, 5000, 10_000),
)


class EventReader:
    """Reads a request's items, one after another, in its format. `key` gives an id to those without one."""

    def __init__(self, form: Format, door: Door, key: IdempotencyKey | None = None) -> None:
        self._form = form
        self._door = door
        self._key = key
        self._clock = Clock()
        self._index = -1

    def __call__(self, raw: bytes) -> Event:
        """Raises Rejected or NotJson."""
        self._index += 1
        event = self._form.parse(raw, self._door)
        if impossible := self._clock.find_impossible(event):
            pointer = f"{self._form.fields}/{impossible.field}"
            raise Rejected(FieldError(pointer=pointer, reason=impossible.reason))
        if not event.event_id.int:
            reason = "is the nil UUID, which is no event's own: leave it out, and one is made"
            raise Rejected(FieldError(pointer=f"{self._form.fields}/event_id", reason=reason))
        if self._key is not None and "event_id" not in event.model_fields_set:
            return event.model_copy(update={"event_id": self._key.id_of(event, self._index)})
        return event


async def read_events(body: bytes, form: Format, reader: EventReader, most: int) -> Batch[Event]:
    """Raises Malformed, Invalid, TooLarge, or NothingValid."""
    try:
        batch = await validate_items(form.split(body), reader, most)
    except NothingValid as nothing:
        _count(0, len(nothing.rejected))
        raise
    _count(len(batch.accepted), len(batch.rejected))
    return batch


def read_event(body: bytes, form: Format, reader: EventReader, topic: Topic) -> Event:
    """The one event of a body. Raises Malformed or Invalid."""
    items = form.split(body)
    [raw] = items
    assert raw is not None
    try:
        return reader(raw)
    except Rejected as rejected:
        count_events(topic.event, Outcome.REJECTED)
        raise Invalid(rejected.errors) from rejected
    except NotJson as error:
        count_events(topic.event, Outcome.REJECTED)
        raise Invalid(items.not_json(str(error)).errors) from error


def identified(event: Event, key: IdempotencyKey) -> Event:
    """The event with the id that the key gives it. Raises Invalid where the two name different ids."""
    if "event_id" not in event.model_fields_set:
        return event.model_copy(update={"event_id": key.uuid or key.id_of(event, 0)})
    if key.uuid not in {None, event.event_id}:
        reason = "is another id than the event's own: send one of them, or the same"
        raise Invalid([FieldError(pointer=HEADER, reason=reason)])
    return event


def _count(accepted: int, rejected: int) -> None:
    """Count a request's items. One that was rejected has no type that could be trusted as a label."""
    count_events(None, Outcome.REJECTED, rejected)
    REQUEST_EVENTS.observe(accepted + rejected)
