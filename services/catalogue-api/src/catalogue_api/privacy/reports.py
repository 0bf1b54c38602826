"""What was erased, and where the data may stand still, and until when."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import structlog
from aiokafka.errors import KafkaError
from catalogue_messaging.retention import longest_stay
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.tables import ErasedEvent, Erasure
from catalogue_schema.topics import WITH_CONTENTS, Topic
from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.paging import Page, PageQuery, by_uuid
from catalogue_api.catalogue.statements import execute, table_of
from catalogue_api.privacy.finding import find_letters, matching_events
from catalogue_api.privacy.requests import ErasureReport, ErasureRequest, TopicReport

log = structlog.get_logger(__name__)

Stays = Mapping[Topic, timedelta | None]


async def ask_kafka(kafka: KafkaSettings) -> Stays:
    """For how long each topic keeps a message; nothing where Kafka cannot be asked."""
    try:
        return await longest_stay(kafka)
    except (KafkaError, TimeoutError) as error:
        log.warning("topics' retention cannot be read", error=repr(error))
        return {}


async def foretell(db: AsyncSession, asked: ErasureRequest, stays: Stays) -> ErasureReport:
    """What an erasure would do."""
    erased = await matching_events(db, asked.kind, asked.values)
    letters, after = 0, 0
    following: int | None = after
    while following is not None:
        found, following = await find_letters(db, asked.kind, asked.values, following)
        letters += len(found)
    return ErasureReport(
        id=None,
        kind=asked.kind,
        dry_run=True,
        created_at=None,
        done_at=None,
        erased={**erased, "dead_letters": letters},
        topics=_topics(stays, datetime.now(UTC)),
    )


async def report(db: AsyncSession, erasure: Erasure, stays: Stays) -> ErasureReport:
    """As it is now: what comes again, from its producer, stands on its topic anew."""
    event = table_of(ErasedEvent).c
    later = func.count().filter(event.stood_at > (erasure.done_at or erasure.created_at))
    statement = select(later, func.max(event.stood_at)).where(event.erasure_id == erasure.id)
    came_again, last = (await execute(db, statement)).one()
    stood = max(filter(None, (last, erasure.done_at, erasure.created_at)))
    return ErasureReport(
        id=erasure.id,
        kind=erasure.kind,
        dry_run=False,
        created_at=erasure.created_at,
        done_at=erasure.done_at,
        erased=erasure.counts,
        came_again=came_again,
        topics=_topics(stays, stood),
    )


async def list_erasures(db: AsyncSession, query: PageQuery, stays: Stays) -> Page[ErasureReport]:
    """The newest first."""
    page = await by_uuid(db, select(table_of(Erasure)), col(Erasure.id), query, Erasure)
    items = [await report(db, erasure, stays) for erasure in page.items]
    return Page(items=items, next_cursor=page.next_cursor)


def _topics(stays: Stays, stood: datetime) -> list[TopicReport]:
    return [_topic(topic, stays, stood) for topic in WITH_CONTENTS]


def _topic(topic: Topic, stays: Stays, stood: datetime) -> TopicReport:
    if topic not in stays:
        detail = "Kafka cannot be asked now for how long it keeps messages: ask for this report again."
        return TopicReport(topic=topic.name, until=None, detail=detail)
    stay = stays[topic]
    if stay is None:
        detail = "The topic keeps messages for ever: give it a retention.ms and cleanup.policy=delete."
        return TopicReport(topic=topic.name, until=None, detail=detail)
    detail = "Deleted by then, by the topic's retention.ms and segment.ms."
    return TopicReport(topic=topic.name, until=stood + stay, detail=detail)
