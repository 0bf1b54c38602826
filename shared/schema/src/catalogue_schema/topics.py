"""The event registry: which events there are, each with its topic, its key and who may submit it.

All else is derived from it: the API's routes and OpenAPI, AsyncAPI, JSON Schemas, the publisher and the
tests' parameters. docs/adding-an-event.md says what a new event takes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from pydantic import BaseModel

from catalogue_schema.events import (
    DeadLetter,
    Event,
    OpinionClassified,
    OpinionSubmitted,
    ResultReported,
    SubjectErased,
    SubmissionRetracted,
    UseCaseMentioned,
)

DAY_MS = 24 * 60 * 60 * 1000
GIB = 1024**3


class Value(Enum):
    """What a message's value is, and so how it is decoded."""

    EVENT = "the event as JSON"
    ORIGINAL = "the original message's bytes, which may be no JSON at all; the event is in the headers"


@dataclass(frozen=True, slots=True)
class Submission:
    """How producers submit an event over HTTP: all may come to `/v1/events`, and one alone to `path`."""

    path: str | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """An event, and its topic as it should be on the broker.

    Messages are keyed by the event's field `key`, so that events with one key stay in order; more partitions
    later would move keys between partitions. `submission` is None for events that only services publish.
    Golden examples are in `catalogue_schema.examples`. `retention_bytes` is per partition, as Kafka has it.
    """

    name: str
    event: type[BaseModel]
    summary: str
    submission: Submission | None = None
    key: str = "model"
    value: Value = Value.EVENT
    partitions: int = 6
    retention_ms: int = 30 * DAY_MS
    retention_bytes: int = 4 * GIB
    # A broker deletes whole segments: a message stands for up to this much longer than the retention.
    segment_ms: int = DAY_MS
    max_message_bytes: int = 1024**2

    @property
    def settings(self) -> dict[str, str]:
        """The topic's configuration in Kafka's names, without what depends on the number of brokers."""
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(self.retention_ms),
            "retention.bytes": str(self.retention_bytes),
            "segment.ms": str(self.segment_ms),
            "max.message.bytes": str(self.max_message_bytes),
        }


OPINIONS_SUBMITTED = Topic(
    "catalogue.opinions.submitted.v1",
    OpinionSubmitted,
    "Opinions as producers submitted them",
    Submission("/v1/opinions", "Submit an opinion"),
)
OPINIONS_CLASSIFIED = Topic(
    "catalogue.opinions.classified.v1", OpinionClassified, "The same opinions with their sentiment"
)
RESULTS_REPORTED = Topic(
    "catalogue.results.reported.v1",
    ResultReported,
    "Benchmark results as producers reported them",
    Submission("/v1/results", "Report a result"),
)
USE_CASES_MENTIONED = Topic(
    "catalogue.use-cases.mentioned.v1",
    UseCaseMentioned,
    "What producers saw models used for",
    Submission(),
)
SUBMISSIONS_RETRACTED = Topic(
    "catalogue.submissions.retracted.v1",
    SubmissionRetracted,
    "Opinions, results and use cases that were taken back",
    Submission("/v1/retractions", "Retract an opinion, a result or a use case"),
    key="retracts",
)
SUBJECTS_ERASED = Topic(
    "catalogue.subjects.erased.v1",
    SubjectErased,
    "Events that consumers have to delete, since somebody's data were erased",
    key="erasure_id",
    # It names nobody, and a consumer that was away for long has to learn of it all the same.
    retention_ms=400 * DAY_MS,
)
DEAD_LETTERS = Topic(
    "catalogue.dead-letters.v1",
    DeadLetter,
    "Messages that could not be processed: the original bytes, and the reason in the headers",
    value=Value.ORIGINAL,
    # room for the largest message of the other topics and the headers that say what was wrong
    max_message_bytes=2 * 1024**2,
)

TOPICS: tuple[Topic, ...] = (
    OPINIONS_SUBMITTED,
    OPINIONS_CLASSIFIED,
    RESULTS_REPORTED,
    USE_CASES_MENTIONED,
    SUBMISSIONS_RETRACTED,
    SUBJECTS_ERASED,
    DEAD_LETTERS,
)

WITH_CONTENTS = tuple(topic for topic in TOPICS if topic is not SUBJECTS_ERASED)
"""The topics on which stands what somebody wrote."""

EVENT_TOPICS: Mapping[type[Event], Topic] = {
    topic.event: topic for topic in TOPICS if issubclass(topic.event, Event)
}
"""The topic of each event; a dead letter is a message, not an event."""

SUBMITTED: Mapping[str, Topic] = {topic.event.__name__: topic for topic in TOPICS if topic.submission}
"""The topics of what producers may submit, by the event's name, which is its CloudEvents type."""


def topic_named(name: str) -> Topic | None:
    """The topic of this name, behind whatever prefix."""
    return next((topic for topic in TOPICS if name.endswith(topic.name)), None)


def submitted_type(topic_name: str) -> str | None:
    """What producers submitted of what stands on the topic: an opinion is the same event on both of its."""
    topic = topic_named(topic_name)
    if topic is None:
        return None
    types = (name for name, submitted in SUBMITTED.items() if issubclass(topic.event, submitted.event))
    return next(types, None)
