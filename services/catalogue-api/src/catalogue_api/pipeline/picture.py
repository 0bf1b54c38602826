"""The pipeline as a picture: its parts, and the arrows between them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Literal

from catalogue_schema.topics import (
    DEAD_LETTERS,
    OPINIONS_CLASSIFIED,
    OPINIONS_SUBMITTED,
    WITH_CONTENTS,
    Topic,
)
from pydantic import BaseModel, Field

API = "catalogue-api"
SENTIMENT = "sentiment-worker"
INGEST = "ingest-worker"
KAFKA = "kafka"
DATABASE = "postgresql"

READ_BY: Mapping[Topic, str] = {
    topic: SENTIMENT if topic is OPINIONS_SUBMITTED else INGEST for topic in WITH_CONTENTS
}
"""Which service works off each topic; what was erased is told to consumers alone."""

Status = Literal["ok", "away", "stuck", "unknown"]

PerSecond = Annotated[
    float | None, Field(description="Over the last minute in which somebody asked; null until it is known")
]


class Part(BaseModel):
    """`away` cannot be reached, or has no member in a consumer group; `stuck` does nothing though there is
    work; of an `unknown` one nothing can be said now.
    """

    name: Annotated[str, Field(examples=[INGEST])]
    status: Status
    detail: Annotated[str | None, Field(description="What is wrong, where something is")] = None
    members: Annotated[int | None, Field(description="Of a worker, the least that one of its groups has")] = (
        None
    )
    listeners: Annotated[int | None, Field(description="To the stream of this process of the API")] = None


class TopicPart(BaseModel):
    name: Annotated[str, Field(examples=[OPINIONS_SUBMITTED.name])]
    event: Annotated[str, Field(examples=["OpinionSubmitted"])]
    per_second: PerSecond


class Arrow(BaseModel):
    """From a part or topic to another. `lag` and `dead_letters` are of those that lead from a topic."""

    source: Annotated[str, Field(examples=[OPINIONS_SUBMITTED.name])]
    target: Annotated[str, Field(examples=[SENTIMENT])]
    per_second: PerSecond
    lag: Annotated[int | None, Field(description="Messages that wait; null where nobody knows")] = None
    dead_letters: Annotated[
        dict[str, int] | None,
        Field(description="Open ones of what came this way, by reason", examples=[{"unknown_model": 3}]),
    ] = None


class TableRows(BaseModel):
    name: Annotated[str, Field(examples=["opinions"])]
    rows: int


class DeadLetters(BaseModel):
    open: int
    by_reason: Annotated[dict[str, int], Field(examples=[{"unknown_model": 3}])]


class Picture(BaseModel):
    """`tables` and `dead_letters` are null while the database is away."""

    at: datetime
    parts: list[Part]
    topics: list[TopicPart]
    arrows: list[Arrow]
    tables: list[TableRows] | None
    dead_letters: DeadLetters | None


def writers(topic: Topic) -> Iterator[str]:
    """Which services publish on the topic, replays apart."""
    if topic.submission is not None:
        yield API
    if topic is OPINIONS_CLASSIFIED:
        yield SENTIMENT
    if topic is DEAD_LETTERS:
        yield from (SENTIMENT, INGEST)
