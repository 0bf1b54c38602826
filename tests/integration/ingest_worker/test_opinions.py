from typing import Any
from uuid import UUID

import pytest
from catalogue_messaging.failures import isolate
from catalogue_schema.events import OpinionClassified, Reason
from catalogue_schema.examples import Example, load
from catalogue_schema.topics import OPINIONS_CLASSIFIED
from ingest_worker.opinions import OPINIONS
from ingest_worker.transactions import ConstraintError
from ingest_worker.writing import write_events
from sqlalchemy.ext.asyncio import AsyncEngine
from support.rows import batch, create_catalogue


def opinion(content: str, **fields: Any) -> OpinionClassified:
    return OpinionClassified(**{"model": "lab/model", "content": content, "sentiment": "positive"} | fields)


async def record(engine: AsyncEngine, *events: OpinionClassified) -> list[Reason]:
    """As a worker does it; the reasons of what failed."""
    found = await isolate(lambda some: write_events(engine, OPINIONS, some), batch(*events))
    return [failure.reason for failure in found]


async def test_an_opinion_stands_with_all_that_it_said(engine: AsyncEngine, tables: Any) -> None:
    event = opinion(
        "  quick, but “wrong” ☃  ",
        sentiment="mixed",
        sentiment_confidence=0.75,
        classifier="vader-3.3.2",
        source="forum",
        author="somebody",
        date_published="2026-03-09",
        tags=["speed", "a,b", '"', "{}"],
    )
    assert await record(engine, event) == []
    [row] = await tables.opinions()
    assert str(row.pop("date_published")) == "2026-03-09"
    said = event.model_dump(exclude={"model", "occurred_at", "sentiment_probabilities", "date_published"})
    assert {field: row[field] for field in said} == said | {"tags": ["speed", "a,b", '"', "{}"]}


async def test_writing_a_batch_again_changes_nothing(engine: AsyncEngine, tables: Any) -> None:
    events = [opinion("one"), opinion("two", model="lab/other", tags=[])]
    await record(engine, *events)
    before = await tables.opinions()
    await record(engine, *events, opinion("three"))
    assert (await tables.opinions())[:2] == before
    assert [row["content"] for row in await tables.opinions()] == ["one", "two", "three"]


async def test_an_event_id_twice_in_a_batch_is_one_opinion(engine: AsyncEngine, tables: Any) -> None:
    same = UUID(int=7)
    assert await record(engine, opinion("one", event_id=same), opinion("one", event_id=same)) == []
    assert len(await tables.opinions()) == 1


async def test_opinions_on_unknown_models_are_returned_and_the_rest_is_recorded(
    engine: AsyncEngine, tables: Any
) -> None:
    found = await record(engine, opinion("a"), opinion("b", model="lab/nobody"), opinion("c"))
    assert found == [Reason.UNKNOWN_MODEL]
    assert [row["content"] for row in await tables.opinions()] == ["a", "c"]


async def test_a_constraint_violation_costs_only_that_event(engine: AsyncEngine, tables: Any) -> None:
    await tables.execute("ALTER TABLE opinions ADD CHECK (content <> 'number 13')")
    found = await record(engine, *[opinion(f"number {number}") for number in range(40)])
    assert found == [Reason.CONSTRAINT]
    assert {row["content"] for row in await tables.opinions()} == {
        f"number {number}" for number in range(40) if number != 13
    }


async def test_a_constraint_violation_says_which_without_the_values(engine: AsyncEngine, tables: Any) -> None:
    await tables.execute("ALTER TABLE opinions ADD CONSTRAINT ck_polite CHECK (content <> 'my secret')")
    with pytest.raises(ConstraintError, match="ck_polite") as error:
        await write_events(engine, OPINIONS, batch(opinion("my secret")))
    assert "my secret" not in str(error.value)


async def test_a_batch_without_anything_to_record_is_fine(engine: AsyncEngine, tables: Any) -> None:
    assert await record(engine, opinion("b", model="lab/nobody")) == [Reason.UNKNOWN_MODEL]
    assert await tables.opinions() == []


@pytest.mark.parametrize("example", load(OPINIONS_CLASSIFIED), ids=lambda example: example.case)
async def test_every_golden_example_can_be_recorded(
    engine: AsyncEngine, tables: Any, example: Example
) -> None:
    event = OpinionClassified.model_validate_json(example.value)
    await create_catalogue(engine, {event.model} - {"lab/model"}, [])
    assert await record(engine, event) == []
    assert [row["event_id"] for row in await tables.opinions()] == [event.event_id]
