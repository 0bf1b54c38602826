"""Cost against quality, in one call."""

import json
from typing import Any

import httpx
import pytest
from catalogue_schema.events import ResultReported
from ingest_worker.results import RESULTS
from ingest_worker.writing import write_events
from sqlalchemy.ext.asyncio import AsyncEngine
from support.rows import batch, create_catalogue

SCORES = {"lab/cheap": 0.4, "lab/worse": 0.3, "lab/best": 0.9, "lab/unpriced": 1.0}


def price(model: str, amount: float, **said: Any) -> dict[str, Any]:
    usual = {"provider": "lab", "input": amount, "output": amount, "valid_from": "2024-01-01"}
    return {"model": model} | usual | said


@pytest.fixture(autouse=True)
async def catalogue(api: httpx.AsyncClient, engine: AsyncEngine) -> None:
    await create_catalogue(engine, SCORES, ["MMLU"])
    results = [ResultReported(model=model, benchmark="MMLU", score=score) for model, score in SCORES.items()]
    await write_events(engine, RESULTS, batch(*results))
    prices = [
        price("lab/cheap", 1),
        price("lab/worse", 2),
        price("lab/best", 9),
        price("lab/best", 5, provider="cloud", output=13),
        price("lab/best", 3, provider="cloud", output=3, valid_from="2025-01-01"),
        price("lab/cheap", 0.1, currency="EUR"),
    ]
    lines = "\n".join(map(json.dumps, prices))
    await api.post("/v1/model-prices", content=lines, headers={"Content-Type": "application/x-ndjson"})


async def value(api: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = (await api.get("/v1/value/MMLU", params=query)).raise_for_status()
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_models_stand_by_cost_with_the_frontier_marked(api: httpx.AsyncClient) -> None:
    told = [(each["model"], each["cost"], each["on_frontier"]) for each in await value(api)]
    assert told == [("lab/cheap", 1, True), ("lab/worse", 2, False), ("lab/best", 3, True)]


async def test_the_cheapest_provider_of_the_day_counts(api: httpx.AsyncClient) -> None:
    then = await value(api, as_of="2024-06-01", as_of_by="tested", input_share=0.75)
    assert then == []  # nothing is known to have been tested by then
    best = (await value(api))[-1]
    assert (best["provider"], best["input"], best["output"]) == ("cloud", 3, 3)


async def test_the_share_of_input_weighs_the_two_prices(api: httpx.AsyncClient) -> None:
    await api.post(
        "/v1/model-prices",
        content=json.dumps(price("lab/cheap", 0, provider="input only", output=10)),
        headers={"Content-Type": "application/x-ndjson"},
    )
    costs = [(await value(api, input_share=share))[0]["cost"] for share in (1, 0.95, 0)]
    assert costs == [0, 0.5, 1]


async def test_another_currency_has_its_own_prices(api: httpx.AsyncClient) -> None:
    assert [(each["model"], each["cost"]) for each in await value(api, currency="EUR")] == [
        ("lab/cheap", 0.1)
    ]


async def test_the_rankings_filters_hold_here_too(api: httpx.AsyncClient) -> None:
    assert await value(api, harness="another") == []
    unknown = await api.get("/v1/value/MMLU", params={"metric": "nothing"})
    assert unknown.status_code == httpx.codes.NOT_FOUND
