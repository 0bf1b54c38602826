"""Tags of models and categories of use cases."""

import json
from uuid import uuid4

import httpx
import pytest
from catalogue_schema.events import ResultReported
from ingest_worker.results import RESULTS
from ingest_worker.writing import write_events
from sqlalchemy.ext.asyncio import AsyncEngine
from support.rows import batch

NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture
async def tagged(api: httpx.AsyncClient) -> httpx.AsyncClient:
    for name in ("open", "small", "new"):
        (await api.post("/v1/tags", json={"name": name})).raise_for_status()
    for name, tags in (("lab/a", ["small", "open"]), ("lab/b", ["open"]), ("lab/c", None)):
        body = {"name": name, "organization": "lab", "tags": tags}
        (await api.post("/v1/models", json=body)).raise_for_status()
    return api


async def names(api: httpx.AsyncClient, *tags: str) -> list[str]:
    page = (await api.get("/v1/models", params={"tag": tags})).raise_for_status().json()
    return [model["name"] for model in page["items"]]


@pytest.mark.parametrize("collection", ["tags", "categories"])
async def test_one_is_made_read_renamed_and_deleted(api: httpx.AsyncClient, collection: str) -> None:
    created = await api.post(f"/v1/{collection}", json={"name": "one"})
    assert created.status_code == httpx.codes.CREATED
    path = created.headers["Location"]
    read = await api.get(path)
    assert read.json() == created.json()
    assert (await api.post(f"/v1/{collection}", json={"name": "one"})).status_code == httpx.codes.CONFLICT
    renamed = await api.patch(path, json={"name": "two"}, headers={"If-Match": read.headers["ETag"]})
    assert renamed.json()["name"] == "two"
    stale = await api.patch(path, json={"name": "three"}, headers={"If-Match": read.headers["ETag"]})
    assert stale.status_code == httpx.codes.PRECONDITION_FAILED
    assert [item["name"] for item in (await api.get(f"/v1/{collection}")).json()["items"]] == ["two"]
    assert (await api.delete(path)).status_code == httpx.codes.NO_CONTENT
    assert (await api.get(path)).status_code == httpx.codes.NOT_FOUND
    assert (await api.delete(f"/v1/{collection}/{uuid4()}")).status_code == httpx.codes.NOT_FOUND


async def test_models_show_their_tags_and_are_filtered_by_all_that_are_asked(
    tagged: httpx.AsyncClient,
) -> None:
    assert (await tagged.get("/v1/models/lab/a")).json()["tags"] == ["open", "small"]
    listed = (await tagged.get("/v1/models")).json()["items"]
    assert [model["tags"] for model in listed] == [["open", "small"], ["open"], []]
    assert await names(tagged, "open") == ["lab/a", "lab/b"]
    assert await names(tagged, "open", "small") == ["lab/a"]
    assert await names(tagged, "nothing") == []


async def test_a_models_tags_are_replaced_or_left(tagged: httpx.AsyncClient) -> None:
    before = await tagged.get("/v1/models/lab/a")
    changed = await tagged.patch("/v1/models/lab/a", json={"tags": ["new", "open"]})
    assert changed.json()["tags"] == ["new", "open"]
    stale = {"If-Match": before.headers["ETag"]}
    answer = await tagged.patch("/v1/models/lab/a", json={"tags": []}, headers=stale)
    assert answer.status_code == httpx.codes.PRECONDITION_FAILED
    left = await tagged.patch("/v1/models/lab/a", json={"description": "x"})
    assert left.json()["tags"] == ["new", "open"]
    assert (await tagged.patch("/v1/models/lab/a", json={"tags": []})).json()["tags"] == []
    unknown = await tagged.patch("/v1/models/lab/a", json={"tags": ["open", "typo"]})
    assert [error["pointer"] for error in unknown.json()["errors"]] == ["/tags/1"]


async def test_an_import_sets_the_tags_that_it_names(tagged: httpx.AsyncClient) -> None:
    lines = [
        {"name": "lab/a", "organization": "lab"},
        {"name": "lab/b", "organization": "lab", "tags": ["small"]},
        {"name": "lab/c", "organization": "lab", "tags": ["typo"]},
        {"name": "lab/d", "organization": "lab", "tags": ["new"]},
    ]
    body = "\n".join(map(json.dumps, lines))
    counts = [(1, 1, 1), (0, 0, 3)]
    for created, updated, unchanged in counts:
        answer = (await tagged.post("/v1/models/import", content=body, headers=NDJSON)).json()
        assert (answer["created"], answer["updated"], answer["unchanged"]) == (created, updated, unchanged)
        assert [(item["index"], item["errors"][0]["pointer"]) for item in answer["rejected"]] == [
            (2, "/tags/0")
        ]
    listed = (await tagged.get("/v1/models")).json()["items"]
    assert [model["tags"] for model in listed] == [["open", "small"], ["small"], [], ["new"]]


async def test_a_ranking_may_be_of_the_models_with_a_tag(
    tagged: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    (await tagged.post("/v1/benchmarks", json={"name": "MMLU"})).raise_for_status()
    names = [model["name"] for model in (await tagged.get("/v1/models")).json()["items"]]
    results = [ResultReported(model=name, benchmark="MMLU", score=0.5) for name in names]
    await write_events(engine, RESULTS, batch(*results))

    async def ranked(*tags: str) -> set[str]:
        answer = await tagged.get("/v1/rankings/MMLU", params={"tag": tags})
        return {item["model"] for item in answer.raise_for_status().json()["items"]}

    assert await ranked() == {*names}
    for tags in (("small",), ("open", "small")):
        listed = (await tagged.get("/v1/models", params={"tag": tags})).json()["items"]
        assert await ranked(*tags) == {model["name"] for model in listed}
        assert 0 < len(listed) < len(names)


async def test_use_cases_show_their_category_and_outlive_it(tagged: httpx.AsyncClient) -> None:
    category = (await tagged.post("/v1/categories", json={"name": "Coding"})).raise_for_status()
    use_case = {"model": "lab/a", "use_case": "Review", "category": "Coding"}
    created = await tagged.post("/v1/use-cases", json=use_case)
    assert created.raise_for_status().json()["category"] == "Coding"
    path = created.headers["Location"]
    (await tagged.post("/v1/use-cases", json=use_case | {"category": None})).raise_for_status()
    found = (await tagged.get("/v1/use-cases", params={"category": "Coding"})).json()["items"]
    assert [item["id"] for item in found] == [created.json()["id"]]
    assert (await tagged.get("/v1/use-cases", params={"category": "None"})).json()["items"] == []
    assert (await tagged.patch(path, json={"category": None})).json()["category"] is None
    assert (await tagged.patch(path, json={"category": "Coding"})).json()["category"] == "Coding"
    refused = await tagged.patch(path, json={"category": "typo"})
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    (await tagged.delete(category.headers["Location"])).raise_for_status()
    assert (await tagged.get(path)).json()["category"] is None
