"""Publishing the events that were accepted."""

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from uuid import UUID

import structlog
from catalogue_messaging.envelope import Headers, of_request
from catalogue_messaging.publisher import EventPublisher, MessageTooLargeError, PublishError
from catalogue_runtime.metrics import Outcome, count_events
from catalogue_schema.events import Event
from catalogue_schema.topics import Topic

from catalogue_api.events.doors import topics_by_event
from catalogue_api.http.problems import TooLarge, Unavailable

log = structlog.get_logger(__name__)
levels = logging.getLogger(__name__)

# https://www.w3.org/TR/trace-context/#traceparent-header-field-values
TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class Tally:
    """Says once a second how many events were accepted; at DEBUG, each of them."""

    def __init__(self) -> None:
        self._requests = self._events = 0

    def add(self, events: Sequence[Event]) -> None:
        if self._requests == 0:
            asyncio.get_running_loop().call_later(1, self.say)
        self._requests += 1
        self._events += len(events)
        if levels.isEnabledFor(logging.DEBUG):
            for event in events:
                log.debug("event accepted", event_id=str(event.event_id), type=type(event).__name__)

    def say(self) -> None:
        if self._requests:
            log.info("events accepted", count=self._events, requests=self._requests)
            self._requests = self._events = 0


class Publishing:
    """Publishes what producers submit, through `publisher`."""

    def __init__(self, publisher: EventPublisher) -> None:
        self._publisher = publisher
        self._tally = Tally()

    async def publish(self, events: Sequence[Event], producer: UUID | None, traceparent: str | None) -> None:
        """Return once Kafka has acknowledged every event, as the producer's.

        Raises Unavailable, with the events' ids, or TooLarge.
        A `traceparent` that is not as W3C Trace Context has it is left out.
        """
        trace = traceparent if traceparent and TRACEPARENT.fullmatch(traceparent) else None
        by_topic: dict[Topic, list[Event]] = {}
        for event in events:
            by_topic.setdefault(topics_by_event()[type(event)], []).append(event)
        try:
            await self._send(by_topic, of_request(producer, trace))
        except MessageTooLargeError as error:
            raise TooLarge(f"The body holds an event that is too large: {error}.") from error
        except PublishError as error:
            _count(by_topic, Outcome.FAILED)
            log.warning("events not accepted", count=len(events), first=str(events[0].event_id))
            raise _unavailable(error, events) from error
        _count(by_topic, Outcome.ACCEPTED)
        self._tally.add(events)

    def close(self) -> None:
        self._tally.say()

    async def _send(self, by_topic: Mapping[Topic, Sequence[Event]], passed_on: Headers) -> None:
        sends = [self._publisher.publish(topic, events, passed_on) for topic, events in by_topic.items()]
        await (sends[0] if len(sends) == 1 else asyncio.gather(*sends))


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
