"""An event's way: from its request over the topics to its row, or to where it stays."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from catalogue_schema.topics import (
    EVENT_TOPICS,
    OPINIONS_CLASSIFIED,
    OPINIONS_SUBMITTED,
    RESULTS_REPORTED,
    SUBMISSIONS_RETRACTED,
    USE_CASES_MENTIONED,
    Topic,
    topic_named,
)
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.opinions import read_opinion
from catalogue_api.catalogue.receipts import Receipt, Status
from catalogue_api.catalogue.results import read_result
from catalogue_api.catalogue.retractions import read_retraction
from catalogue_api.catalogue.use_cases import read_use_case
from catalogue_api.http.problems import NotFound
from catalogue_api.live.looking import Window


class Collection(NamedTuple):
    """Where events of a kind are recorded, and the topics that lead there."""

    read: Callable[[AsyncSession, int], Awaitable[BaseModel]]
    topics: Sequence[Topic]


OPINION_TOPICS = (OPINIONS_SUBMITTED, OPINIONS_CLASSIFIED)
COLLECTIONS: Mapping[str, Collection] = {
    "opinions": Collection(read_opinion, OPINION_TOPICS),
    "results": Collection(read_result, (RESULTS_REPORTED,)),
    "use-cases": Collection(read_use_case, (USE_CASES_MENTIONED,)),
    "retractions": Collection(read_retraction, (SUBMISSIONS_RETRACTED,)),
}

MEANS: Mapping[Status, str] = {
    Status.RECORDED: "It has its row.",
    Status.RETRACTED: "It was taken back: its row is gone.",
    Status.WAITING: "The catalogue does not know a name in it. It goes on by itself once it does.",
    Status.DEAD_LETTERED: "It could not be recorded: its dead letter says why.",
    Status.REPLAYING: "It failed, and was published again: it is on its way.",
    Status.DISCARDED: "It failed, and somebody decided that it is not to be recorded.",
    Status.ERASED: "Somebody's data were erased, and it with them: nothing of it is kept, nor shown.",
    Status.UNKNOWN: "Nothing is known of it: it is on its way, or was never sent here.",
}
MOVING = frozenset({Status.REPLAYING, Status.UNKNOWN})
"""What becomes something else by itself, within seconds."""


def made_at(event_id: UUID) -> datetime | None:
    """When an id of version 7 was made: most ids of ours.

    https://www.rfc-editor.org/rfc/rfc9562#section-5.7
    """
    if event_id.version != 7:
        return None
    try:
        return datetime.fromtimestamp((event_id.int >> 80) / 1000, UTC)
    except (ValueError, OverflowError):
        return None


async def read_row(db: AsyncSession, receipt: Receipt) -> dict[str, Any] | None:
    """The row of a recorded event, without what it does not say."""
    if receipt.location is None:
        return None
    _, _, collection, row_id = receipt.location.split("/")
    try:
        row = await COLLECTIONS[collection].read(db, int(row_id))
    except NotFound:  # it went a moment ago
        return None
    return row.model_dump(mode="json", exclude_none=True)


def topics_of(receipt: Receipt) -> Sequence[Topic]:
    """Those that it may stand on."""
    if receipt.location is not None:
        return COLLECTIONS[receipt.location.split("/")[2]].topics
    if receipt.dead_letter is not None and (topic := topic_named(receipt.dead_letter.topic)):
        return OPINION_TOPICS if topic in OPINION_TOPICS else (topic,)
    return [*EVENT_TOPICS.values()]


def expected_on(receipt: Receipt) -> Sequence[str]:
    """The names of the topics that a recorded event has passed; else one row's worth of not knowing."""
    return [topic.name for topic in topics_of(receipt)] if receipt.location else ["one of the topics"]


def window_of(receipt: Receipt, row: Mapping[str, Any] | None) -> Window:
    """When it was published: soon after its id was made, else shortly before it was recorded or failed."""
    if since := made_at(receipt.event_id):
        return Window(since=since)
    if row is not None:
        return Window(until=datetime.fromisoformat(row["created_at"]))
    return Window(until=receipt.dead_letter.failed_at if receipt.dead_letter else None)
