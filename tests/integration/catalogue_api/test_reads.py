"""Opinions, results, rankings and a model's page, of rows that stand in the database."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from catalogue_schema.tables import Benchmark, BenchmarkResult, Model, Opinion
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


async def add(engine: AsyncEngine, rows: Iterable[SQLModel]) -> None:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        for row in rows:
            session.add(row)
            await session.flush()  # one by one: ids in this order
        await session.commit()


@pytest.fixture
async def models(engine: AsyncEngine) -> list[Model]:
    found = [Model(name=f"lab/{letter}", organization="lab") for letter in "abc"]
    await add(engine, found)
    return found


@pytest.fixture
async def benchmark(engine: AsyncEngine) -> Benchmark:
    found = Benchmark(name="Bench/hard ones")
    await add(engine, [found])
    return found


def id_of(row: Model | Benchmark) -> int:
    assert row.id is not None
    return row.id


def opinion(model: Model, content: str = "x", **more: Any) -> Opinion:
    return Opinion(model_id=id_of(model), content=content, **more)


def result(
    model: Model, benchmark: Benchmark, score: float, tested: date | None = None, **more: Any
) -> BenchmarkResult:
    more |= {"model_id": id_of(model), "benchmark_id": id_of(benchmark)}
    return BenchmarkResult(score=score, date_tested=tested, **more)


async def items(api: httpx.AsyncClient, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = await api.get(path, params=query)
    assert answer.status_code == httpx.codes.OK, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_opinions_are_filtered_by_each_parameter(
    api: httpx.AsyncClient, engine: AsyncEngine, models: list[Model]
) -> None:
    a, b = models[:2]
    rows = [
        opinion(a, "0", sentiment="positive", source="x", tags=["fast", "ü"]),
        opinion(a, "1", sentiment="negative", author="zoë", date_published=date(2025, 1, 1)),
        opinion(b, "2", sentiment="positive", date_published=date(2025, 1, 3)),
        opinion(b, "3", source="x", tags=["slow"]),
    ]
    await add(engine, rows)

    async def contents(**query: Any) -> str:
        return "".join([row["content"] for row in await items(api, "/v1/opinions", **query)])

    assert await contents() == "3210"
    assert await contents(model="lab/a") == "10"
    assert await contents(model="nobody") == ""
    assert await contents(sentiment="positive") == "20"
    assert await contents(source="x") == "30"
    assert await contents(author="zoë") == "1"
    assert await contents(tag="ü") == "0"
    assert await contents(date_from="2025-01-01", date_to="2025-01-03") == "21"
    assert await contents(date_from="2025-01-02") == "2"
    assert await contents(date_to="2025-01-02") == "1"
    assert await contents(model="lab/b", source="x", tag="slow") == "3"


async def test_an_opinion_reads_with_its_model_and_event(
    api: httpx.AsyncClient, engine: AsyncEngine, models: list[Model]
) -> None:
    judged = {"sentiment": "positive", "sentiment_confidence": 0.75, "classifier": "vader-3.3.2"}
    row = opinion(models[0], "Good.", **judged)
    await add(engine, [row])

    read = (await api.get(f"/v1/opinions/{row.id}")).json()
    assert (read["model"], read["content"], read["event_id"]) == ("lab/a", "Good.", str(row.event_id))
    assert {name: read[name] for name in judged} == judged
    assert (await api.get(f"/v1/opinions/{row.id}0")).status_code == httpx.codes.NOT_FOUND


async def test_lists_newest_first_are_paged_without_gap_or_repeat(
    api: httpx.AsyncClient, engine: AsyncEngine, models: list[Model]
) -> None:
    await add(engine, [opinion(models[0], str(n)) for n in range(7)])

    seen: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        page = (await api.get("/v1/opinions", params=query)).json()
        seen += [row["content"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
        # What is added meanwhile is newer than what was seen, so it shifts nothing.
        await add(engine, [opinion(models[0], "later")])
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


async def test_results_are_filtered_by_each_parameter(
    api: httpx.AsyncClient, engine: AsyncEngine, models: list[Model], benchmark: Benchmark
) -> None:
    other = Benchmark(name="Other")
    await add(engine, [other])
    rows = [
        result(models[0], benchmark, 0, source="x"),
        result(models[0], other, 1, date(2025, 1, 1)),
        result(models[1], benchmark, 2, date(2025, 1, 2)),
    ]
    await add(engine, rows)

    async def scores(**query: Any) -> list[float]:
        return [row["score"] for row in await items(api, "/v1/results", **query)]

    assert await scores() == [2, 1, 0]
    assert await scores(model="lab/a") == [1, 0]
    assert await scores(benchmark="Bench/hard ones") == [2, 0]
    assert await scores(source="x") == [0]
    assert await scores(date_from="2025-01-02") == [2]
    assert await scores(date_to="2025-01-01") == [1]
    read = (await api.get(f"/v1/results/{rows[2].id}")).json()
    assert (read["model"], read["benchmark"], read["score"]) == ("lab/b", "Bench/hard ones", 2)


async def test_the_ranking_takes_each_models_latest_result_and_ties_share_a_rank(
    api: httpx.AsyncClient, engine: AsyncEngine, models: list[Model], benchmark: Benchmark
) -> None:
    a, b, c = models
    d = Model(name="lab/d", organization="lab")
    await add(engine, [d])
    await add(
        engine,
        [
            result(a, benchmark, 99, date(2024, 1, 1)),
            result(a, benchmark, 50, date(2025, 1, 1)),
            result(a, benchmark, 98, None, occurred_at=NOON + timedelta(days=1)),
            result(b, benchmark, 50),
            result(c, benchmark, 70.5, date(2020, 1, 1)),
            result(d, benchmark, 1),
        ],
    )
    path = "/v1/rankings/Bench/hard%20ones"

    ranking = await items(api, path)
    assert [(row["rank"], row["model"], row["score"]) for row in ranking] == [
        (1, "lab/c", 70.5),
        (2, "lab/a", 50),
        (2, "lab/b", 50),
        (4, "lab/d", 1),
    ]
    assert (await api.get(f"/v1/results/{ranking[1]['result_id']}")).json()["date_tested"] == "2025-01-01"
    lowest_first = await items(api, path, order="asc")
    assert [(row["rank"], row["model"]) for row in lowest_first] == [
        (1, "lab/d"),
        (2, "lab/a"),
        (2, "lab/b"),
        (4, "lab/c"),
    ]
    for order, whole in (("desc", ranking), ("asc", lowest_first)):
        first = (await api.get(path, params={"limit": 2, "order": order})).json()
        second = (
            await api.get(path, params={"limit": 2, "order": order, "cursor": first["next_cursor"]})
        ).json()
        assert first["items"] + second["items"] == whole
        assert second["next_cursor"] is None


async def test_a_models_page_counts_what_belongs_to_it(
    api: httpx.AsyncClient, engine: AsyncEngine, models: list[Model], benchmark: Benchmark
) -> None:
    a, b = models[:2]
    sentiments = ["positive", "positive", "mixed", None]
    days = [date(2025, 1, day) for day in range(1, 13)]
    await add(engine, [opinion(a, sentiment=each) for each in sentiments])
    await add(engine, [result(a, benchmark, day.day, day) for day in days])
    await add(engine, [result(a, benchmark, 0), result(b, benchmark, 0)])

    page = (await api.get("/v1/models/lab/a")).json()
    assert page["counts"] == {"results": 13, "opinions": 4, "use_cases": 0}
    assert page["sentiment"] == {"positive": 2, "negative": 0, "neutral": 0, "mixed": 1}
    assert [row["score"] for row in page["latest_results"]] == list(range(12, 2, -1))

    counts = (await api.get("/v1/benchmarks/Bench/hard ones")).json()["counts"]
    assert counts == {"results": 14, "models": 2}


async def test_deleting_a_model_deletes_what_belongs_to_it(
    api: httpx.AsyncClient, engine: AsyncEngine, models: list[Model], benchmark: Benchmark
) -> None:
    rows = [opinion(models[0], "x"), result(models[0], benchmark, 1)]
    await add(engine, rows)

    assert (await api.delete("/v1/models/lab/a")).status_code == httpx.codes.NO_CONTENT
    assert await items(api, "/v1/opinions") == []
    assert await items(api, "/v1/results") == []
