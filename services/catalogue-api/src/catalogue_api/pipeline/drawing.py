"""From what Kafka and the database say to the picture."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from catalogue_schema.topics import WITH_CONTENTS, Topic

from catalogue_api.pipeline.database import Recorded
from catalogue_api.pipeline.picture import (
    API,
    DATABASE,
    INGEST,
    KAFKA,
    READ_BY,
    SENTIMENT,
    Arrow,
    DeadLetters,
    Part,
    Picture,
    TableRows,
    TopicPart,
    writers,
)
from catalogue_api.pipeline.rates import Rates

PATIENCE = 10.0
"""Seconds for which a group may commit nothing, though messages wait, before its worker counts as stuck."""


@dataclass(frozen=True, slots=True)
class Seen:
    """`rates` and `recorded` are None where Kafka or the database is away; then the other text says why."""

    rates: Rates | None
    kafka_error: str | None
    recorded: Recorded | None
    database_error: str | None
    listeners: int


def draw(seen: Seen) -> Picture:
    recorded = seen.recorded
    return Picture(
        at=datetime.now(UTC),
        parts=[*_parts(seen)],
        topics=[_topic(seen.rates, topic) for topic in WITH_CONTENTS],
        arrows=[*_arrows(seen)],
        tables=recorded and [TableRows(name=name, rows=rows) for name, rows in recorded.rows.items()],
        dead_letters=recorded and _dead_letters(recorded.letters.values()),
    )


def _parts(seen: Seen) -> Iterator[Part]:
    yield Part(name=API, status="ok", listeners=seen.listeners)
    yield _server(KAFKA, seen.kafka_error)
    yield _worker(SENTIMENT, seen.rates)
    yield _worker(INGEST, seen.rates)
    yield _server(DATABASE, seen.database_error)


def _server(name: str, error: str | None) -> Part:
    return Part(name=name, status="away" if error else "ok", detail=error)


def _worker(name: str, rates: Rates | None) -> Part:
    if rates is None:
        return Part(name=name, status="unknown", detail="Kafka, which knows it, is away")
    topics = [topic for topic, service in READ_BY.items() if service == name]
    members = min(rates.group(topic).members for topic in topics)
    if empty := [topic.name for topic in topics if not rates.group(topic).members]:
        detail = f"nobody consumes {', '.join(empty)}"
        return Part(name=name, status="away", detail=detail, members=members)
    if waits := [topic.name for topic in topics if rates.waits_for(topic) >= PATIENCE]:
        detail = f"messages wait, and none was worked off for {PATIENCE:.0f} s: {', '.join(waits)}"
        return Part(name=name, status="stuck", detail=detail, members=members)
    return Part(name=name, status="ok", members=members)


def _topic(rates: Rates | None, topic: Topic) -> TopicPart:
    per_second = rates and rates.of_topic(topic)
    return TopicPart(name=topic.name, event=topic.event.__name__, per_second=per_second)


def _arrows(seen: Seen) -> Iterator[Arrow]:
    rates = seen.rates
    for topic in WITH_CONTENTS:
        from_whom = [*writers(topic)]
        for service in from_whom:
            per_second = rates.of_topic(topic) if rates and from_whom == [service] else None
            yield Arrow(source=service, target=topic.name, per_second=per_second)
        if topic in READ_BY:
            yield Arrow(
                source=topic.name,
                target=READ_BY[topic],
                per_second=rates and rates.of_group(topic),
                lag=rates and rates.group(topic).lag,
                dead_letters=seen.recorded and dict(seen.recorded.letters.get(topic.name, {})),
            )
    yield Arrow(source=INGEST, target=DATABASE, per_second=rates and _ingested(rates))


def _ingested(rates: Rates) -> float | None:
    all_rates = [rates.of_group(topic) for topic, service in READ_BY.items() if service == INGEST]
    known = [rate for rate in all_rates if rate is not None]
    return sum(known) if len(known) == len(all_rates) else None


def _dead_letters(of_topics: Iterable[Counter[str]]) -> DeadLetters:
    by_reason: Counter[str] = sum(of_topics, Counter())
    return DeadLetters(open=by_reason.total(), by_reason=by_reason)
