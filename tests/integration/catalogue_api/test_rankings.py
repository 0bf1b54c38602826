"""Rankings by metrics, and the metrics themselves."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from catalogue_schema.tables import Benchmark, BenchmarkMetric, BenchmarkResult, Model
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
BENCH = "Bench/speed"


@pytest.fixture
async def fill(engine: AsyncEngine) -> Any:
    """Adds results by their model's name, beside a benchmark with a time that ranks and an accuracy."""
    names = ("lab/a", "lab/b", "open/c")
    async with AsyncSession(engine, expire_on_commit=False) as session:
        models = {name: Model(name=name, organization=name.split("/")[0]) for name in names}
        models["open/c"].metadata_ = {"open_weights": True}
        benchmark = Benchmark(name=BENCH)
        session.add_all([*models.values(), benchmark])
        await session.flush()
        assert benchmark.id is not None
        metrics = [
            BenchmarkMetric(benchmark_id=benchmark.id, name="time", higher_is_better=False, ranks=True),
            BenchmarkMetric(benchmark_id=benchmark.id, name="accuracy", highest=1),
        ]
        session.add_all(metrics)
        await session.commit()

    async def add(*results: tuple[str, float, dict[str, Any]]) -> None:
        async with AsyncSession(engine) as session:
            for number, (model, score, fields) in enumerate(results):
                usual: dict[str, Any] = {"occurred_at": NOON + timedelta(hours=number), "variant": uuid4()}
                whole = {"model_id": models[model].id, "benchmark_id": benchmark.id, "score": score}
                session.add(BenchmarkResult(**whole | usual | fields))
            await session.commit()

    return add


async def ranking(api: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = (await api.get(f"/v1/rankings/{BENCH}", params=query)).raise_for_status().json()
    found: list[dict[str, Any]] = answer["items"]
    return found


async def ranks(api: httpx.AsyncClient, **query: Any) -> list[tuple[int, str, float]]:
    return [(row["rank"], row["model"], row["score"]) for row in await ranking(api, **query)]


async def test_a_metric_in_which_less_is_better_ranks_so_without_being_told(
    api: httpx.AsyncClient, fill: Any
) -> None:
    await fill(
        ("lab/a", 9.0, {"metric": "time"}),
        ("lab/b", 3.0, {}),  # says no metric: it is the one that ranks
        ("open/c", 5.0, {"metric": "time"}),
        ("lab/a", 0.9, {"metric": "accuracy"}),
        ("lab/b", 0.1, {"metric": "accuracy"}),
    )
    assert await ranks(api) == [(1, "lab/b", 3), (2, "open/c", 5), (3, "lab/a", 9)]
    assert await ranks(api, metric="accuracy") == [(1, "lab/a", 0.9), (2, "lab/b", 0.1)]
    assert await ranks(api, order="desc") == [(1, "lab/a", 9), (2, "open/c", 5), (3, "lab/b", 3)]
    unknown = await api.get(f"/v1/rankings/{BENCH}", params={"metric": "cost"})
    assert unknown.status_code == httpx.codes.NOT_FOUND
    assert "no metric 'cost'" in unknown.json()["detail"]


async def test_models_tie_where_their_intervals_overlap(api: httpx.AsyncClient, fill: Any) -> None:
    await fill(
        ("lab/a", 1.0, {"ci_low": 0.5, "ci_high": 2.5}),
        ("lab/b", 3.0, {"stderr": 0.5}),  # 2.02 to 3.98
        ("open/c", 4.0, {}),
    )
    found = [
        (row["rank"], row["rank_low"], row["rank_high"], round(row["low"], 2)) for row in await ranking(api)
    ]
    assert found == [(1, 1, 2, 0.5), (2, 1, 2, 2.02), (3, 3, 3, 4)]


@pytest.mark.parametrize(
    ("query", "models"),
    [
        ({"evaluator": "us"}, ["lab/a"]),
        ({"evaluator_relationship": "first_party"}, ["lab/b"]),
        ({"harness": "helm"}, ["lab/b"]),
        ({"setting": "shots=5"}, ["lab/a", "lab/b"]),
        ({"setting": ["shots=5", "effort=high"]}, ["lab/b"]),
        ({"setting": "shots=0"}, []),
        ({"organization": "open"}, ["open/c"]),
        ({"open_weights": "true"}, ["open/c"]),
        ({"open_weights": "false"}, ["lab/a", "lab/b"]),
    ],
)
async def test_a_ranking_is_limited_to_how_and_by_whom_it_was_measured(
    api: httpx.AsyncClient, fill: Any, query: dict[str, Any], models: list[str]
) -> None:
    await fill(
        ("lab/a", 1.0, {"evaluator": "us", "settings": {"shots": 5}}),
        ("lab/b", 2.0, {"evaluator_relationship": "first_party", "settings": {"shots": 5, "effort": "high"}}),
        ("open/c", 3.0, {}),
        ("lab/b", 2.0, {"harness": "helm", "date_tested": date(2020, 1, 1)}),
    )
    assert [row["model"] for row in await ranking(api, **query)] == models


async def test_each_row_says_what_was_measured_and_how_many_claims_there_are(
    api: httpx.AsyncClient, fill: Any
) -> None:
    await fill(
        ("lab/a", 1.0, {"date_tested": date(2026, 1, 1), "evaluator": "them"}),
        (
            "lab/a",
            2.0,
            {"date_tested": date(2026, 2, 1), "evaluator": "us", "n": 9, "settings": {"shots": 5}},
        ),
        ("lab/a", 0.5, {"metric": "accuracy"}),
    )
    [row] = await ranking(api)
    assert (row["score"], row["claims"]) == (2, 2)
    assert (row["evaluator"], row["n"], row["settings"]) == ("us", 9, {"shots": 5})


@pytest.mark.usefixtures("fill")
async def test_a_metric_is_put_shown_and_deleted(api: httpx.AsyncClient) -> None:
    new = {"benchmark": BENCH, "name": "accuracy", "unit": "fraction", "lowest": 0, "highest": 1}
    put = (await api.put("/v1/metrics", json=new | {"ranks": True})).raise_for_status().json()
    assert put == new | {"id": put["id"], "ranks": True, "higher_is_better": True}
    page = (await api.get(f"/v1/benchmarks/{BENCH}")).json()
    assert [(each["name"], each["ranks"]) for each in page["metrics"]] == [
        ("accuracy", True),
        ("time", False),
    ]
    listed = (await api.get("/v1/metrics", params={"benchmark": BENCH})).json()["items"]
    assert {each["name"] for each in listed} == {"accuracy", "time"}
    assert (await api.delete(f"/v1/metrics/{put['id']}")).status_code == httpx.codes.NO_CONTENT
    assert (await api.delete(f"/v1/metrics/{put['id']}")).status_code == httpx.codes.NOT_FOUND


@pytest.mark.parametrize(
    ("fields", "status"), [({"lowest": 2, "highest": 1}, 422), ({"benchmark": "none"}, 404), ({"x": 1}, 422)]
)
@pytest.mark.usefixtures("fill")
async def test_a_metric_that_cannot_be_is_refused(
    api: httpx.AsyncClient, fields: dict[str, Any], status: int
) -> None:
    answer = await api.put("/v1/metrics", json={"benchmark": BENCH, "name": "m"} | fields)
    assert answer.status_code == status
