"""Publishing the events that were accepted."""

import asyncio
import re
from collections.abc import Mapping, Sequence

import structlog
from catalogue_messaging.publisher import EventPublisher, PublishError
from catalogue_runtime.metrics import Outcome, count_events
from catalogue_schema.events import Event
from catalogue_schema.topics import EVENT_TOPICS, Topic

from catalogue_api.http.problems import Unavailable

log = structlog.get_logger(__name__)

# https://www.w3.org/TR/trace-context/#traceparent-header-field-values
TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


async def publish(publisher: EventPublisher, events: Sequence[Event], traceparent: str | None) -> None:
    """Return once Kafka has acknowledged every event. Raises Unavailable, with the events' ids.

    A `traceparent` that is not as W3C Trace Context has it is left out.
    """
    trace = traceparent if traceparent and TRACEPARENT.fullmatch(traceparent) else None
    by_topic: dict[Topic, list[Event]] = {}
    for event in events:
        by_topic.setdefault(EVENT_TOPICS[type(event)], []).append(event)
    summary = {"count": len(events), "first": str(events[0].event_id), "last": str(events[-1].event_id)}
    try:
        await asyncio.gather(*(publisher.publish(topic, some, trace) for topic, some in by_topic.items()))
    except PublishError as error:
        _count(by_topic, Outcome.FAILED)
        log.warning("events not accepted", **summary)
        raise _unavailable(error, events) from error
    _count(by_topic, Outcome.ACCEPTED)
    log.info("events accepted", **summary)


def _count(by_topic: Mapping[Topic, Sequence[Event]], outcome: Outcome) -> None:
    for topic, events in by_topic.items():
        count_events(topic.event, outcome, len(events))


def _unavailable(error: PublishError, events: Sequence[Event]) -> Unavailable:
    return Unavailable(
        "Kafka did not acknowledge, so the events may not have been taken: send them again with these ids; "
        "an event that was taken is not taken twice.",
        error.retry_after,
        event_ids=[str(event.event_id) for event in events],
    )
