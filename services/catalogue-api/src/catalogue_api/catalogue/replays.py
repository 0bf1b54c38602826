"""Replaying dead letters: ask for it, or have foretold what would become of each."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from aiokafka import ConsumerRecord
from catalogue_messaging.dead_letters import kept_headers
from catalogue_messaging.decoding import decode_json, invalid
from catalogue_schema.events import Reason
from catalogue_schema.tables.dead_letters import IS_RECORDED
from catalogue_schema.tables.metrics import fits, is_of
from catalogue_schema.topics import EVENT_TOPICS, RESULTS_REPORTED, topic_named
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.dead_letters import (
    DISCARDABLE,
    REPLAYABLE,
    Discarding,
    Selection,
    chosen,
    count,
    mark,
)

FORETOLD = 1000
"""Letters of which a dry run says what would become of each."""

DECODE = {topic.name: decode_json(topic) for topic in EVENT_TOPICS.values()}

# What an event's names mean now, and whether it has become a row since.
MEANING = text(f"""
SELECT d.id,
    d.model IS NULL OR EXISTS (SELECT FROM find_model(d.model, d.source)) AS model_known,
    d.benchmark IS NULL OR EXISTS (SELECT FROM find_benchmark(d.benchmark, d.source)) AS benchmark_known,
    {IS_RECORDED} AS recorded
FROM dead_letters d WHERE d.id = ANY (CAST(:ids AS bigint[]))
""")


# Whether each score is in its metric's range, or that of the metric that ranks, as ingest-worker asks.
FITS = text(f"""
SELECT result.id, {fits("result", "metric")} AS fits
FROM jsonb_to_recordset(:results) AS result (
    id bigint, benchmark text, source text, metric text, unit text, score float)
CROSS JOIN LATERAL find_benchmark(result.benchmark, coalesce(result.source, '')) AS benchmark
LEFT JOIN benchmark_metrics AS metric ON metric.benchmark_id = benchmark.found_id
    AND {is_of("result", "metric")}
""").bindparams(bindparam("results", type_=JSONB))


class Foretold(BaseModel):
    id: int
    event_id: UUID | None
    outcome: Annotated[str, Field(examples=["recorded", "unknown_model"])]
    detail: str = ""


class Marked(BaseModel):
    """`matched` letters are of the selection and can still be replayed (or discarded); without a dry run
    they will be. A dry run says of the first thousand, the oldest, what would become of each.
    """

    matched: int
    dry_run: bool
    outcomes: Annotated[dict[str, int], Field(description="Of a dry run: how many would end how")] = {}
    items: list[Foretold] = []


async def replay(db: AsyncSession, selection: Selection) -> Marked:
    """What is marked is published again by ingest-worker, in the order in which it first stood."""
    if not selection.dry_run:
        return Marked(matched=await mark(db, selection, REPLAYABLE, status="replaying"), dry_run=False)
    rows = await chosen(db, selection, REPLAYABLE, FORETOLD)
    connection = await db.connection()
    meaning = await connection.execute(MEANING, {"ids": [row["id"] for row in rows]})
    known = {row["id"]: row for row in meaning.mappings()}
    items = await _held_to_metrics(db, [_foretell(row, known[row["id"]]) for row in rows], rows)
    return Marked(
        matched=await count(db, selection, REPLAYABLE),
        dry_run=True,
        outcomes=Counter(item.outcome for item in items),
        items=items,
    )


async def discard(db: AsyncSession, selection: Discarding) -> Marked:
    if selection.dry_run:
        rows = await chosen(db, selection, DISCARDABLE, FORETOLD)
        items = [Foretold(id=row["id"], event_id=row["event_id"], outcome="discarded") for row in rows]
        matched = await count(db, selection, DISCARDABLE)
        return Marked(matched=matched, dry_run=True, outcomes={"discarded": matched}, items=items)
    marked = await mark(db, selection, DISCARDABLE, status="discarded", note=selection.note)
    return Marked(matched=marked, dry_run=False)


async def _held_to_metrics(
    db: AsyncSession, foretold: list[Foretold], letters: Sequence[RowMapping]
) -> list[Foretold]:
    """The same, but for results that would be recorded and whose score cannot be its metric's."""
    results = []
    for one, letter in zip(foretold, letters, strict=True):
        topic = topic_named(letter["topic"])
        if one.outcome == "recorded" and topic is RESULTS_REPORTED:
            event = DECODE[topic.name](_record(letter))
            said = event.model_dump(mode="json", include={"benchmark", "source", "metric", "unit", "score"})
            results.append({"id": letter["id"], **said})
    if not results:
        return foretold
    connection = await db.connection()
    answer = await connection.execute(FITS, {"results": results})
    outside = {row["id"] for row in answer.mappings() if not row["fits"]}
    wrong = {"outcome": Reason.OUT_OF_RANGE.value, "detail": "/score is out of its metric's range, or unit"}
    return [one.model_copy(update=wrong) if one.id in outside else one for one in foretold]


def _foretell(letter: RowMapping, known: RowMapping) -> Foretold:
    outcome, detail = _outcome(letter, known)
    return Foretold(id=letter["id"], event_id=letter["event_id"], outcome=outcome, detail=detail)


def _outcome(letter: RowMapping, known: RowMapping) -> tuple[str, str]:
    topic = topic_named(letter["topic"])
    decode = DECODE.get(topic.name) if topic else None
    if letter["value"] is None or decode is None:
        return "not_replayed", "its bytes were not kept, or its topic is none of the catalogue's"
    record = _record(letter)
    try:
        decode(record)
    except ValidationError as error:
        failure = invalid(record, error)
        return failure.reason.value, failure.detail
    if not known["model_known"]:
        return "unknown_model", f"/model {letter['model']!r}"
    if not known["benchmark_known"]:
        return "unknown_benchmark", f"/benchmark {letter['benchmark']!r}"
    if letter["reason"] == "event_id_conflict":
        return "event_id_conflict", letter["detail"]
    return ("repeated", "it is recorded already") if known["recorded"] else ("recorded", "")


def _record(letter: RowMapping) -> ConsumerRecord[Any, Any]:
    place = (letter["topic"], letter["partition"], letter["offset"])
    headers = tuple(kept_headers(letter["headers"]))
    return ConsumerRecord(*place, 0, 0, letter["key"], letter["value"], None, -1, -1, headers)
