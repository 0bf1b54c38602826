"""What models cost, until when they are offered, and what takes their place."""

import json
from typing import Any

import httpx
import pytest

NDJSON = {"Content-Type": "application/x-ndjson"}


def price(**fields: Any) -> dict[str, Any]:
    usual = {"model": "lab/a", "provider": "lab", "input": "2.5", "output": 10, "valid_from": "2024-01-01"}
    return usual | fields


async def send(api: httpx.AsyncClient, *prices: dict[str, Any]) -> httpx.Response:
    return await api.post("/v1/model-prices", content="\n".join(map(json.dumps, prices)), headers=NDJSON)


@pytest.fixture(autouse=True)
async def models(api: httpx.AsyncClient) -> None:
    for name in ("lab/a", "lab/b"):
        new = {"name": name, "organization": "lab"}
        (await api.post("/v1/models", json=new)).raise_for_status()


async def held(api: httpx.AsyncClient, **query: str) -> list[tuple[str, float]]:
    answer = (await api.get("/v1/model-prices", params=query)).raise_for_status().json()
    return sorted((item["provider"], item["input"]) for item in answer["items"])


async def test_prices_are_appended_and_the_same_again_changes_nothing(api: httpx.AsyncClient) -> None:
    lines = [price(), price(provider="cloud", input=3), price(model="LAB/A", provider="other")]
    assert (await send(api, *lines)).json() == {"created": 3, "updated": 0, "unchanged": 0, "rejected": []}
    assert (await send(api, *lines)).json()["unchanged"] == 3
    assert await held(api, model="lab/a") == [("cloud", 3), ("lab", 2.5), ("other", 2.5)]


async def test_a_line_that_cannot_be_is_rejected_and_costs_no_other(api: httpx.AsyncClient) -> None:
    await send(api, price())
    bad = [
        price(input=-1, provider="x"),
        price(currency="dollars", provider="x"),
        price(model="lab/nobody"),
        price(input="2.6"),  # another price for a day that has one
    ]
    body = (await send(api, *bad, price(valid_from="2024-06-01", input=2))).json()
    assert (body["created"], [item["index"] for item in body["rejected"]]) == (1, [0, 1, 2, 3])
    reasons = [item["errors"][0]["reason"] for item in body["rejected"]]
    assert "no model named 'lab/nobody'" in reasons[2]
    assert "has another price already" in reasons[3]
    assert (await send(api, price(input="2.6"))).status_code == httpx.codes.UNPROCESSABLE_ENTITY


async def test_two_prices_for_a_day_in_one_import_are_told(api: httpx.AsyncClient) -> None:
    body = (await send(api, price(), price(input=9))).json()
    assert (body["created"], [item["index"] for item in body["rejected"]]) == (1, [1])
    assert await held(api) == [("lab", 2.5)]


async def test_a_price_holds_until_the_next(api: httpx.AsyncClient) -> None:
    await send(api, price(), price(valid_from="2024-06-01", input=1), price(valid_from="2999-01-01", input=0))
    assert await held(api, on="2024-05-31") == [("lab", 2.5)]
    assert await held(api, on="2024-06-01") == [("lab", 1)]
    assert await held(api, on="2023-01-01") == []
    page = (await api.get("/v1/models/lab/a")).json()
    assert [(each["provider"], each["input"], each["valid_from"]) for each in page["prices"]] == [
        ("lab", 1, "2024-06-01")
    ]
    then = (await api.get("/v1/models/lab/a", params={"as_of": "2024-02-01"})).json()
    assert [each["input"] for each in then["prices"]] == [2.5]


async def test_a_model_says_until_when_it_is_offered_and_what_follows_it(api: httpx.AsyncClient) -> None:
    life = {"deprecation_date": "2026-12-31", "successor": "lab/b"}
    changed = await api.patch("/v1/models/lab/a", json=life)
    assert changed.status_code == httpx.codes.OK
    page = (await api.get("/v1/models/lab/a")).json()
    assert {name: page[name] for name in life} == life
