"""Aliases, and names that events wait for."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from catalogue_schema.tables import DeadLetterRow
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

ALIAS = {"kind": "model", "alias": "GPT 4o", "name": "openai/gpt-4o"}
NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture
async def names(api: httpx.AsyncClient) -> httpx.AsyncClient:
    for name in ("openai/gpt-4o", "openai/gpt-4o-mini"):
        (await api.post("/v1/models", json={"name": name, "organization": "openai"})).raise_for_status()
    (await api.post("/v1/benchmarks", json={"name": "SWE-Bench Pro"})).raise_for_status()
    return api


async def test_an_alias_says_of_what_by_whom_and_where(names: httpx.AsyncClient) -> None:
    evidence = {"confirmed_by": "zoë", "evidence": "https://example.org/models", "source": "papers"}
    created = await names.post("/v1/aliases", json=ALIAS | evidence)
    assert created.status_code == httpx.codes.CREATED
    alias = (await names.get(created.headers["Location"])).json()
    assert alias.items() >= (ALIAS | evidence).items()
    assert (await names.get("/v1/aliases", params={"name": "openai/gpt-4o"})).json()["items"] == [alias]
    assert (await names.get("/v1/aliases", params={"kind": "benchmark"})).json()["items"] == []

    assert (await names.delete(f"/v1/aliases/{alias['id']}")).status_code == httpx.codes.NO_CONTENT
    assert (await names.get(created.headers["Location"])).status_code == httpx.codes.NOT_FOUND
    assert (await names.delete(f"/v1/aliases/{alias['id']}")).status_code == httpx.codes.NOT_FOUND


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"alias": "gpt_4O"}, 409),  # by its normal form
        ({"alias": "openai/gpt-4o-mini"}, 409),  # a model's own name
        ({"alias": "new", "name": "openai/gpt-5"}, 422),
        ({"alias": "new", "kind": "benchmark"}, 422),
        ({"alias": "new", "evidence": "javascript:alert(1)"}, 422),
        ({"alias": "new", "kind": "organization", "source": "papers"}, 422),
    ],
)
async def test_an_alias_that_cannot_be_is_refused(
    names: httpx.AsyncClient, wrong: dict[str, Any], status: int
) -> None:
    (await names.post("/v1/aliases", json=ALIAS)).raise_for_status()
    assert (await names.post("/v1/aliases", json=ALIAS | wrong)).status_code == status


async def test_importing_aliases_again_changes_nothing(names: httpx.AsyncClient) -> None:
    lines = [
        ALIAS,
        {"kind": "benchmark", "alias": "swe pro", "name": "SWE-Bench Pro"},
        {"kind": "organization", "alias": "Open AI", "name": "openai"},
        {"kind": "model", "alias": "x", "name": "nobody/x"},
        {"kind": "planet", "alias": "x", "name": "y"},
    ]
    body = "\n".join(json.dumps(line) for line in lines)
    first = (await names.post("/v1/aliases/import", content=body, headers=NDJSON)).json()
    assert (first["created"], first["updated"], first["unchanged"]) == (3, 0, 0)
    assert [(item["index"], item["errors"][0]["pointer"]) for item in first["rejected"]] == [
        (3, "/name"),
        (4, "/kind"),
    ]
    again = (await names.post("/v1/aliases/import", content=body, headers=NDJSON)).json()
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 3)

    moved = json.dumps(ALIAS | {"name": "openai/gpt-4o-mini"})
    changed = (await names.post("/v1/aliases/import", content=moved, headers=NDJSON)).json()
    assert (changed["created"], changed["updated"]) == (0, 1)


async def test_a_model_that_is_renamed_keeps_its_former_name_and_aliases_as_aliases(
    names: httpx.AsyncClient,
) -> None:
    (await names.post("/v1/aliases", json=ALIAS)).raise_for_status()
    (await names.patch("/v1/models/openai/gpt-4o", json={"name": "openai/gpt-4o-omni"})).raise_for_status()
    items = (await names.get("/v1/aliases")).json()["items"]
    assert {item["alias"]: item["name"] for item in items} == {
        "GPT 4o": "openai/gpt-4o-omni",
        "openai/gpt-4o": "openai/gpt-4o-omni",
    }
    (await names.delete("/v1/models/openai/gpt-4o-omni")).raise_for_status()
    assert (await names.get("/v1/aliases")).json()["items"] == []


async def test_composed_and_decomposed_are_one_name(names: httpx.AsyncClient) -> None:
    composed, decomposed = "caf\u00e9/one", "cafe\u0301/one"
    created = await names.post("/v1/models", json={"name": decomposed, "organization": "caf\u00e9"})
    assert created.json()["name"] == composed
    again = await names.post("/v1/models", json={"name": composed, "organization": "caf\u00e9"})
    assert again.status_code == httpx.codes.CONFLICT
    assert (await names.get(f"/v1/models/{decomposed}")).json()["name"] == composed
    assert (await names.get("/v1/results", params={"model": decomposed})).status_code == httpx.codes.OK


async def wait_for(engine: AsyncEngine, **counts: int) -> None:
    async with AsyncSession(engine) as session:
        for name, count in counts.items():
            session.add_all(
                DeadLetterRow(
                    event_id=uuid4(),
                    reason="unknown_model",
                    model=name,
                    source=f"source {number % 7}",
                    detail="d",
                    exception_class="E",
                    topic="t",
                    partition=0,
                    offset=number,
                )
                for number in range(count)
            )
        await session.commit()


async def test_unresolved_names_come_with_the_nearest_names_and_where_they_came_from(
    names: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    await wait_for(engine, **{"gpt-4o-mini-2024-07-18": 9, "other": 2, "third": 2})
    page = (await names.get("/v1/unresolved-names", params={"limit": 2})).json()
    first, second = page["items"]
    assert (first["name"], first["count"], first["kind"]) == ("gpt-4o-mini-2024-07-18", 9, "model")
    assert first["suggestions"][0] == "openai/gpt-4o-mini"
    assert len(first["sources"]) == 5
    assert second["name"] == "other"
    rest = (
        await names.get("/v1/unresolved-names", params={"limit": 2, "cursor": page["next_cursor"]})
    ).json()
    assert ([item["name"] for item in rest["items"]], rest["next_cursor"]) == (["third"], None)
    assert (await names.get("/v1/unresolved-names", params={"kind": "benchmark"})).json()["items"] == []


async def test_sources_of_bare_names_are_a_list_of_their_own(names: httpx.AsyncClient) -> None:
    for _ in range(2):
        (await names.put("/v1/bare-name-sources/https://aider.chat/docs")).raise_for_status()
    assert (await names.get("/v1/bare-name-sources")).json() == {"items": ["https://aider.chat/docs"]}
    (await names.delete("/v1/bare-name-sources/https://aider.chat/docs")).raise_for_status()
    assert (await names.get("/v1/bare-name-sources")).json() == {"items": []}
