"""Events as they stand, JSON-encoded, in a Kafka message's value.

Frozen, and closed: a field that is not named here is an error, unless a consumer validates with
`extra="ignore"` or `"allow"`, as those of a topic do. Times are in UTC; dates are calendar dates. An
`event_id` is the idempotency key: the same id of one producer is the same event, however often it is sent.
"""

from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import to_json
from uuid_utils.compat import uuid7

from catalogue_schema.measures import Count, Deviation, Finite, Level, Relationship, Settings, Unit
from catalogue_schema.sentiment import Sentiment
from catalogue_schema.text import LongText, Name, ShortText, Tag, Url
from catalogue_schema.times import Date, Time

Probability = Annotated[float, Field(ge=0, le=1)]


class Event(BaseModel):
    """What every event carries: its id (UUIDv7 unless its producer chose one) and when it happened."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    DAY: ClassVar[str] = ""
    """The field with the calendar date of what the event tells, which may be long before `occurred_at`."""
    DAYS_AHEAD: ClassVar[int] = 1
    """How far that date may be in the future: a calendar east of Greenwich, or a clock, may be ahead."""

    event_id: UUID = Field(default_factory=uuid7)
    occurred_at: Time = Field(default_factory=lambda: datetime.now(UTC))

    def said(self) -> bytes:
        """What the event says, as JSON: the same of each repeat, which may come at another time.

        Of the fields that have a value: those that a later version adds leave it as it is.
        """
        return self.__pydantic_serializer__.to_json(self, include=self._content(), exclude_none=True)

    def _content(self) -> set[str]:
        return _fields_of(type(self))

    @property
    def day(self) -> date | None:
        return getattr(self, self.DAY) if self.DAY else None

    def to_json(self) -> bytes:
        """Write the event as it stands on its topic, with fields that it came with and that are not known."""
        known = to_json(self)
        return known[:-1] + b"," + to_json(self.model_extra)[1:] if self.model_extra else known


@cache
def _fields_of(event: type[Event]) -> set[str]:
    return {*event.model_fields} - {*Event.model_fields}


@cache
def _unclassified() -> set[str]:
    return _fields_of(OpinionSubmitted) - {"sentiment"}


class OpinionSubmitted(Event):
    """Somebody said something about a model."""

    DAY: ClassVar[str] = "date_published"
    DAYS_AHEAD: ClassVar[int] = 31  # a magazine's cover has next month's

    model: Name
    content: LongText
    sentiment: Sentiment | None = None
    source: ShortText | None = None
    author: ShortText | None = None
    date_published: Date | None = None
    # A list of millions of wrong tags is one error, not millions.
    tags: Annotated[tuple[Tag, ...], Field(max_length=32, fail_fast=True)] | None = None


class OpinionClassified(OpinionSubmitted):
    """The whole opinion as submitted, with its sentiment.

    A sentiment that its producer gave is kept: then `classifier`, `sentiment_confidence` and
    `sentiment_probabilities` are null.
    """

    sentiment: Sentiment
    sentiment_confidence: Probability | None = None
    sentiment_probabilities: dict[Sentiment, Probability] | None = None
    classifier: Annotated[str, Field(max_length=100)] | None = None

    def _content(self) -> set[str]:
        """As it was submitted: a classifier may come to another sentiment the next time."""
        return _fields_of(OpinionSubmitted) if self.classifier is None else _unclassified()

    @model_validator(mode="after")
    def _classified_whole_or_not_at_all(self) -> Self:
        if (self.classifier is None) != (self.sentiment_confidence is None):
            raise ValueError("classifier and sentiment_confidence come together or not at all")
        return self


class ResultReported(Event):
    """A model scored `score` on a benchmark.

    Of one model, benchmark and date, results stand side by side where metric, settings, harness or evaluator
    differ. `stderr`, `ci_low` and `ci_high` are in the score's unit; the interval holds the true score with
    the probability `ci_level`, and `n` counts what was scored.
    """

    DAY: ClassVar[str] = "date_tested"

    model: Name
    benchmark: Name
    score: Finite
    date_tested: Date | None = None
    source: ShortText | None = None
    metric: ShortText | None = None
    unit: Unit | None = None
    higher_is_better: bool | None = None
    stderr: Deviation | None = None
    ci_low: Finite | None = None
    ci_high: Finite | None = None
    ci_level: Level | None = None
    n: Count | None = None
    settings: Settings | None = None
    evaluator: ShortText | None = None
    evaluator_relationship: Relationship | None = None
    harness: ShortText | None = None
    harness_version: ShortText | None = None
    source_url: Url | None = None
    run_id: ShortText | None = None

    @model_validator(mode="after")
    def _interval_is_one(self) -> Self:
        if self.ci_low is not None and self.ci_high is not None and self.ci_low > self.ci_high:
            raise ValueError("ci_low is above ci_high")
        return self


class UseCaseMentioned(Event):
    """Somebody said what they use a model for."""

    model: Name
    use_case: ShortText
    description: LongText | None = None
    mentioned_by: ShortText | None = None


class SubmissionRetracted(Event):
    """An earlier event is taken back: its row goes, and a result that it had replaced stands again.

    It may come before that event does, which then is never recorded.
    """

    retracts: UUID
    reason: ShortText


class ErasedEventId(BaseModel):
    """One event: its id is its producer's own."""

    model_config = ConfigDict(frozen=True)

    event_id: UUID
    producer: UUID | None = None


class SubjectErased(Event):
    """Somebody's data were erased: delete what you keep of these events, and what you made of it.

    It says neither whose they were nor what was in them. An erasure of many events is several of these; one
    that comes again, from a topic or its producer, is told of again.
    """

    erasure_id: UUID
    events: Annotated[tuple[ErasedEventId, ...], Field(min_length=1, max_length=1000)]


class Reason(StrEnum):
    """Why an event was put on the dead-letter topic."""

    UNDECODABLE = "undecodable"
    INVALID = "invalid"
    UNKNOWN_MODEL = "unknown_model"
    UNKNOWN_BENCHMARK = "unknown_benchmark"
    CONSTRAINT = "constraint"
    EVENT_ID_CONFLICT = "event_id_conflict"
    OUT_OF_RANGE = "out_of_range"
    UNEXPECTED = "unexpected"


class DeadLetter(BaseModel):
    """A message that could not be processed: where it stood, its original bytes, and why.

    On the topic the value and key are the original bytes and the rest are headers
    (`catalogue_messaging.dead_letters` has the codec); as JSON, bytes are base64.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")

    event_id: UUID | None = None
    producer: UUID | None = None
    reason: Reason
    detail: str
    exception_class: str
    topic: str
    partition: int
    offset: int
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    model: str | None = None
    benchmark: str | None = None
    source: str | None = None
    letter: Annotated[
        int | None, Field(description="The row of the letter that was replayed and failed again")
    ] = None
    attempts: Annotated[int, Field(ge=1)] = 1
    failed_at: Time = Field(default_factory=lambda: datetime.now(UTC))
