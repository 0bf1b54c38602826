"""Ids of rows go on where 32 bits end."""

from datetime import date
from typing import Any

import pytest
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.events import OpinionClassified, ResultReported, UseCaseMentioned
from ingest_worker.opinions import OPINIONS
from ingest_worker.results import RESULTS
from ingest_worker.use_cases import USE_CASES
from ingest_worker.writing import write_events
from sqlalchemy.ext.asyncio import AsyncEngine
from support.api import serving
from support.rows import batch, create_catalogue, rows

FIRST = 2**31 + 5
MODEL, BENCHMARK = "lab/large", "Large"


@pytest.fixture
async def far_on(engine: AsyncEngine, tables: Any) -> None:
    """Every sequence beyond 32 bits, and a model and a benchmark with such ids."""
    sequences = await rows(
        engine, "SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public'"
    )
    assert len(sequences) >= 7
    for sequence in sequences:
        await tables.execute(f"ALTER SEQUENCE {sequence['name']} RESTART WITH {FIRST}")
    await create_catalogue(engine, [MODEL], [BENCHMARK])


@pytest.mark.usefixtures("far_on")
async def test_events_become_rows_with_ids_over_32_bits_that_are_read_and_listed(
    kafka: KafkaSettings, engine: AsyncEngine, database_url: str
) -> None:
    days = (date(2026, 1, 1), date(2026, 1, 2))
    results = [ResultReported(model=MODEL, benchmark=BENCHMARK, score=1, date_tested=day) for day in days]
    opinions = [OpinionClassified(model=MODEL, content=text, sentiment="mixed") for text in "ab"]
    use_cases = [UseCaseMentioned(model=MODEL, use_case=text) for text in "ab"]
    assert await write_events(engine, RESULTS, batch(*results)) == []
    assert await write_events(engine, OPINIONS, batch(*opinions)) == []
    assert await write_events(engine, USE_CASES, batch(*use_cases)) == []

    firsts = {"results": results[0], "opinions": opinions[0], "use-cases": use_cases[0]}
    async with serving(kafka, database_url) as api:
        for path, event in firsts.items():
            receipt = (await api.get(f"/v1/events/{event.event_id}")).json()
            row = (await api.get(receipt["location"])).json()
            assert (row["event_id"], row["model"]) == (str(event.event_id), MODEL)
            assert min(row["id"], row["model_id"], row.get("benchmark_id", FIRST)) >= FIRST

            page = (await api.get(f"/v1/{path}", params={"limit": 1})).json()
            query = {"limit": 1, "cursor": page["next_cursor"]}
            found = page["items"] + (await api.get(f"/v1/{path}", params=query)).json()["items"]
            assert sorted(each["id"] for each in found) == [FIRST, FIRST + 1]
