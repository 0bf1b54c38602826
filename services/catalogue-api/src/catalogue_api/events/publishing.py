"""Publishing the events that were accepted."""

import asyncio
import re
from collections.abc import Sequence

import structlog
from catalogue_messaging.publisher import EventPublisher, PublishError
from catalogue_runtime.metrics import Outcome, count_events
from catalogue_schema.events import OpinionSubmitted, ResultReported
from catalogue_schema.topics import OPINIONS_SUBMITTED, RESULTS_REPORTED, Topic

from catalogue_api.events.parsing import Submitted
from catalogue_api.problems import Unavailable

log = structlog.get_logger(__name__)

TOPICS: dict[type[Submitted], Topic] = {
    OpinionSubmitted: OPINIONS_SUBMITTED,
    ResultReported: RESULTS_REPORTED,
}

# https://www.w3.org/TR/trace-context/#traceparent-header-field-values
TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


async def publish(publisher: EventPublisher, events: Sequence[Submitted], traceparent: str | None) -> None:
    """Returns once Kafka has acknowledged every event. Raises Unavailable, with the events' ids.

    A `traceparent` that is not as W3C Trace Context has it is left out.
    """
    trace = traceparent if traceparent and TRACEPARENT.fullmatch(traceparent) else None
    of_types = {kind: [event for event in events if type(event) is kind] for kind in TOPICS}
    summary = {"count": len(events), "first": str(events[0].event_id), "last": str(events[-1].event_id)}
    try:
        await asyncio.gather(
            *(publisher.publish(TOPICS[kind], some, trace) for kind, some in of_types.items() if some)
        )
    except PublishError as error:
        _count(of_types, Outcome.FAILED)
        log.warning("events not accepted", **summary)
        raise _unavailable(error, events) from error
    _count(of_types, Outcome.ACCEPTED)
    log.info("events accepted", **summary)


def _count(of_types: dict[type[Submitted], list[Submitted]], outcome: Outcome) -> None:
    for kind, events in of_types.items():
        count_events(kind, outcome, len(events))


def _unavailable(error: PublishError, events: Sequence[Submitted]) -> Unavailable:
    return Unavailable(
        "Kafka did not acknowledge, so the events may not have been taken: send them again with these ids; "
        "an event that was taken is not taken twice.",
        error.retry_after,
        event_ids=[str(event.event_id) for event in events],
    )
