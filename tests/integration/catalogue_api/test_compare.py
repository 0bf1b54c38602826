"""Models side by side."""

from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from catalogue_schema.sentiment import Sentiment
from catalogue_schema.tables import Benchmark, BenchmarkMetric, BenchmarkResult, Model, Opinion
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession


@pytest.fixture(autouse=True)
async def catalogue(engine: AsyncEngine) -> None:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        models = [Model(name=f"lab/{letter}", organization="lab") for letter in "abcdef"]
        benchmarks = [Benchmark(name=name) for name in ("shared", "alone", "timed")]
        session.add_all([*models, *benchmarks])
        await session.flush()
        a, b = (model.id or 0 for model in models[:2])
        shared, alone, timed = (benchmark.id or 0 for benchmark in benchmarks)
        session.add(BenchmarkMetric(benchmark_id=timed, name="time", higher_is_better=False, ranks=True))

        def result(model: int, benchmark: int, score: float, **fields: Any) -> BenchmarkResult:
            return BenchmarkResult(model_id=model, benchmark_id=benchmark, score=score, **fields)

        session.add_all(
            [
                result(a, shared, 1, date_tested=date(2025, 1, 1)),
                result(a, shared, 2, date_tested=date(2025, 2, 1)),
                result(b, shared, 3),
                result(a, alone, 4),
                result(a, timed, 5, metric="time"),
                result(b, timed, 6, metric="time", date_tested=date(2025, 1, 1)),
                result(b, timed, 7, metric="cost", date_tested=date(2025, 2, 1)),
            ]
        )
        session.add_all(
            [
                Opinion(model_id=a, content="x", sentiment="positive", date_published=date(2025, 1, 3)),
                Opinion(model_id=a, content="x", sentiment="positive", date_published=date(2025, 1, 9)),
                Opinion(
                    model_id=a, content="x", sentiment="mixed", created_at=datetime(2025, 3, 1, tzinfo=UTC)
                ),
            ]
        )
        await session.commit()


async def compare(api: httpx.AsyncClient, models: str) -> httpx.Response:
    return await api.get("/v1/compare", params={"models": models})


def scores_of(shared: dict[str, Any]) -> dict[str, float]:
    return {name: score["score"] for name, score in shared["scores"].items()}


async def test_models_are_compared_on_the_benchmarks_that_they_share(api: httpx.AsyncClient) -> None:
    body = (await compare(api, "lab/a,lab/b")).raise_for_status().json()
    assert [each["model"]["name"] for each in body["models"]] == ["lab/a", "lab/b"]
    found = {each["benchmark"]: (scores_of(each), each["higher_is_better"]) for each in body["benchmarks"]}
    assert found == {
        "shared": ({"lab/a": 2, "lab/b": 3}, True),
        "timed": ({"lab/a": 5, "lab/b": 6}, False),
    }


async def test_what_is_said_is_told_by_month(api: httpx.AsyncClient) -> None:
    body = (await compare(api, "lab/a,lab/b")).json()
    told = {each["month"]: each["opinions"] for each in body["models"][0]["sentiment"]}
    assert [*told] == ["2025-03-01", "2025-01-01"]
    assert told["2025-01-01"]["positive"] == 2
    assert told["2025-03-01"]["mixed"] == 1
    assert body["models"][1]["sentiment"] == []


@pytest.mark.parametrize(
    ("models", "status"),
    [
        ("lab/a", 422),
        ("lab/a,lab/b,lab/c,lab/d,lab/e,lab/f", 422),
        ("lab/a,lab/nobody", 404),
        ("lab/a,", 422),
    ],
)
async def test_fewer_more_or_other_models_are_refused(
    api: httpx.AsyncClient, models: str, status: int
) -> None:
    assert (await compare(api, models)).status_code == status


async def test_scores_and_opinions_are_held_against_each_other(
    api: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    async with AsyncSession(engine) as session:
        a, b, c = (await session.exec(select(Model.id).order_by(col(Model.name)).limit(3))).all()
        shared = (await session.exec(select(Benchmark.id).where(Benchmark.name == "shared"))).one()
        assert None not in (a, b, c, shared)
        session.add(BenchmarkResult(model_id=c or 0, benchmark_id=shared or 0, score=9))
        for model, positive, negative in ((a, 16, 0), (b, 10, 10), (c, 0, 30)):
            said: list[Sentiment] = [
                "positive" if number < positive else "negative" for number in range(positive + negative)
            ]
            session.add_all([Opinion(model_id=model or 0, content="x", sentiment=each) for each in said])
        await session.commit()

    async def ask(**query: Any) -> list[dict[str, Any]]:
        answer = (await api.get("/v1/agreement", params=query)).raise_for_status().json()
        found: list[dict[str, Any]] = answer["items"]
        return found

    found = {item["model"]: item for item in await ask()}
    assert [*found] == ["lab/c", "lab/a", "lab/b"]
    # c leads `shared` and nobody likes it; a is last there, but first where less time is better
    assert (found["lab/c"]["percentile"], found["lab/c"]["positive"]) == (1, 0)
    assert (found["lab/a"]["percentile_low"], found["lab/a"]["percentile_high"]) == (0, 1)
    assert found["lab/a"]["benchmarks"] == 2
    assert found["lab/b"]["positive_low"] < 0.5 < found["lab/b"]["positive_high"]
    assert [item["model"] for item in await ask(min_opinions=25)] == ["lab/c"]
    assert await ask(category="none") == []
