"""Models, benchmarks and use cases: create, read, list, change, delete, import."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

NDJSON = {"Content-Type": "application/x-ndjson"}
NAMES = [
    "openai/gpt-4o",
    "a b?c#d%e&f+g;h",
    "モデル/ä",
    "import",
    "x/import",
    "100%25",
    "a..b/...",
    "ranking",
]


@pytest.fixture(params=["models", "benchmarks"])
def collection(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def record(name: str, collection: str = "models", **fields: Any) -> dict[str, Any]:
    required = {"organization": "lab"} if collection == "models" else {}
    return {"name": name, **required, **fields}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("safe", ["/", ""], ids=["slash", "encoded slash"])
async def test_any_name_works_in_every_path(
    api: httpx.AsyncClient, collection: str, name: str, safe: str
) -> None:
    path = f"/v1/{collection}/{quote(name, safe=safe)}"
    created = await api.post(f"/v1/{collection}", json=record(name, collection))
    assert created.status_code == httpx.codes.CREATED, created.text

    assert (await api.get(created.headers["Location"])).json()["name"] == name
    assert (await api.get(path)).json()["name"] == name
    changed = await api.patch(path, json={"description": "Changed."})
    assert changed.json()["description"] == "Changed."
    assert (await api.delete(path)).status_code == httpx.codes.NO_CONTENT
    assert (await api.get(path)).status_code == httpx.codes.NOT_FOUND


async def test_a_model_reads_back_as_it_was_created(api: httpx.AsyncClient) -> None:
    full = {
        "name": "lab/one",
        "display_name": "One",
        "organization": "lab",
        "release_date": "2025-01-02",
        "description": "The first.",
        "license": "MIT",
        "metadata": {"limit": {"context": 128_000}, "open": True, "price": 0.25, "no": None},
    }
    created = (await api.post("/v1/models", json=full)).json()

    assert {name: created[name] for name in full} == full
    assert {"id", "created_at", "updated_at"} <= created.keys()
    read = (await api.get("/v1/models/lab/one")).json()
    assert {name: read[name] for name in created} == created
    assert read["counts"] == {"results": 0, "opinions": 0, "use_cases": 0}
    assert read["latest_results"] == []


async def test_lists_leave_metadata_out_unless_asked(api: httpx.AsyncClient) -> None:
    for name in ("a", "b"):
        await api.post("/v1/models", json=record(name, metadata={"of": name}))

    assert all("metadata" not in model for model in (await api.get("/v1/models")).json()["items"])
    asked = (await api.get("/v1/models", params={"include": "metadata", "limit": 200})).json()
    assert [model["metadata"] for model in asked["items"]] == [{"of": "a"}, {"of": "b"}]
    assert asked["next_cursor"] is None


async def test_a_name_is_taken_once(api: httpx.AsyncClient, collection: str) -> None:
    await api.post(f"/v1/{collection}", json=record("a", collection))
    await api.post(f"/v1/{collection}", json=record("b", collection))
    again = await api.post(f"/v1/{collection}", json=record("a", collection))
    renamed = await api.patch(f"/v1/{collection}/b", json={"name": "a"})

    for answer in (again, renamed):
        assert answer.status_code == httpx.codes.CONFLICT
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert (await api.get(f"/v1/{collection}/b")).status_code == httpx.codes.OK


@pytest.mark.parametrize("collection", ["models", "benchmarks"])
async def test_another_spelling_of_a_name_is_told_and_not_taken(
    api: httpx.AsyncClient, collection: str
) -> None:
    def named(name: str) -> dict[str, str]:
        return {"name": name} | ({"organization": "lab"} if collection == "models" else {})

    (await api.post(f"/v1/{collection}", json=named("lab/SWE-Bench Pro"))).raise_for_status()
    refused = await api.post(f"/v1/{collection}", json=named("lab/SWE Bench Pro"))
    assert refused.status_code == httpx.codes.CONFLICT
    assert "'lab/SWE-Bench Pro' in another spelling" in refused.json()["detail"]
    (await api.post(f"/v1/{collection}", json=named("lab/other"))).raise_for_status()
    renamed = await api.patch(f"/v1/{collection}/lab/other", json={"name": "lab/swe_bench.pro"})
    assert renamed.status_code == httpx.codes.CONFLICT
    respelled = await api.patch(f"/v1/{collection}/lab/other", json={"name": "LAB/Other"})
    assert respelled.status_code == httpx.codes.OK

    names = ["lab/SWE-Bench Pro", " ", "lab/swe bench pro", "lab/new", "lab/New"]
    lines = "\n".join(json.dumps(named(name)) for name in names)
    imported = await api.post(f"/v1/{collection}/import", content=lines, headers=NDJSON)
    body = imported.raise_for_status().json()
    assert (body["created"], body["unchanged"]) == (1, 1)
    assert [item["index"] for item in body["rejected"]] == [1, 2, 4]
    assert "'lab/new' in another spelling" in body["rejected"][2]["errors"][0]["reason"]
    again = await api.post(f"/v1/{collection}/import", content=json.dumps(named("LAB/NEW")), headers=NDJSON)
    assert again.status_code == httpx.codes.UNPROCESSABLE_ENTITY


async def test_patch_changes_what_it_names_and_moves_updated_at(api: httpx.AsyncClient) -> None:
    created = (await api.post("/v1/models", json=record("a", license="MIT", metadata={"k": 1}))).json()
    changed = (
        await api.patch("/v1/models/a", json={"name": "b", "license": None, "metadata": {"k": 2}})
    ).json()

    assert (changed["name"], changed["license"], changed["metadata"]) == ("b", None, {"k": 2})
    assert changed["organization"] == created["organization"]
    assert changed["created_at"] == created["created_at"]
    assert changed["updated_at"] > created["updated_at"]


@pytest.mark.parametrize("changes", [{}, {"license": "MIT"}], ids=["empty", "same"])
async def test_patch_that_changes_nothing_leaves_updated_at(
    api: httpx.AsyncClient, changes: dict[str, str]
) -> None:
    created = (await api.post("/v1/models", json=record("a", license="MIT"))).json()

    assert (await api.patch("/v1/models/a", json=changes)).json() == created


@pytest.mark.parametrize("field", ["name", "organization"])
async def test_null_clears_no_required_field(api: httpx.AsyncClient, field: str) -> None:
    await api.post("/v1/models", json=record("a"))
    answer = await api.patch("/v1/models/a", json={field: None})

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]


async def test_an_import_creates_updates_and_leaves_alone(api: httpx.AsyncClient, collection: str) -> None:
    async def import_(*records: dict[str, Any]) -> dict[str, Any]:
        lines = "\n".join(json.dumps(each) for each in records)
        answer = await api.post(f"/v1/{collection}/import", content=lines, headers=NDJSON)
        assert answer.status_code == httpx.codes.OK, answer.text
        counted: dict[str, Any] = answer.json()
        return counted

    first = [record(name, collection, description="Old.") for name in ("a/1", "a/2", "a/3")]
    assert await import_(*first) == {"created": 3, "updated": 0, "unchanged": 0, "rejected": []}
    before = (await api.get(f"/v1/{collection}")).json()

    assert await import_(*first) == {"created": 0, "updated": 0, "unchanged": 3, "rejected": []}
    assert (await api.get(f"/v1/{collection}")).json() == before

    second = [
        record("a/1", collection),
        record("a/2", collection, description="Old."),
        record("b", collection),
    ]
    assert await import_(*second) == {"created": 1, "updated": 1, "unchanged": 1, "rejected": []}
    after = {each["name"]: each for each in (await api.get(f"/v1/{collection}")).json()["items"]}
    assert after["a/1"]["description"] is None  # a line is the whole record
    assert after["a/2"] == before["items"][1]
    assert after.keys() == {"a/1", "a/2", "a/3", "b"}


async def test_what_was_created_singly_is_unchanged_by_an_import_of_the_same(api: httpx.AsyncClient) -> None:
    model = record("a", release_date="2025-01-02", metadata={"b": [1.5, None], "a": "ü"})
    await api.post("/v1/models", json=model)
    await api.post("/v1/models", json=record("bare"))
    lines = json.dumps(model) + "\n" + json.dumps(record("bare"))

    imported = await api.post("/v1/models/import", content=lines, headers=NDJSON)
    assert imported.json() == {"created": 0, "updated": 0, "unchanged": 2, "rejected": []}


async def test_an_import_reports_bad_lines_and_takes_the_others(api: httpx.AsyncClient) -> None:
    lines = [json.dumps(record("a")), "", "{", json.dumps(record("a")), json.dumps({"name": "b", "x": 1})]
    answer = await api.post("/v1/models/import", content="\n".join(lines), headers=NDJSON)

    assert answer.json()["created"] == 1
    rejected = [
        (item["index"], error["pointer"]) for item in answer.json()["rejected"] for error in item["errors"]
    ]
    assert rejected == [(1, ""), (2, "/name"), (3, "/organization"), (3, "/x")]


async def test_an_import_without_a_valid_line_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.post("/v1/models/import", content='{"name": 1, "organization": "x"}', headers=NDJSON)

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    [item] = answer.json()["rejected"]
    assert (item["index"], item["errors"][0]["pointer"]) == (0, "/name")


async def test_lists_are_paged_by_name_and_filtered(api: httpx.AsyncClient) -> None:
    for name, organization in (("a/1", "x"), ("a/_", "y"), ("b/1", "x"), ("B/2", "x"), ("c%", "x")):
        await api.post("/v1/models", json=record(name, organization=organization))

    async def names(**query: Any) -> list[str]:
        found: list[str] = []
        while True:
            page = (await api.get("/v1/models", params={"limit": 2, **query})).json()
            found += [each["name"] for each in page["items"]]
            if page["next_cursor"] is None:
                return found
            query["cursor"] = page["next_cursor"]

    everything = (await api.get("/v1/models")).json()
    assert everything["next_cursor"] is None
    assert await names() == [each["name"] for each in everything["items"]]
    assert set(await names(organization="x")) == {"a/1", "b/1", "B/2", "c%"}
    assert set(await names(q="B/")) == {"b/1", "B/2"}
    assert await names(q="_") == ["a/_"]
    assert await names(q="%") == ["c%"]
    assert await names(organization="nobody") == []


async def test_use_cases_are_created_read_listed_changed_and_deleted(api: httpx.AsyncClient) -> None:
    await api.post("/v1/models", json=record("lab/one"))
    await api.post("/v1/models", json=record("lab/two"))
    new = {"model": "lab/one", "use_case": "Review code", "mentioned_by": "zoë"}
    created = await api.post("/v1/use-cases", json=new)
    other = (await api.post("/v1/use-cases", json={"model": "lab/two", "use_case": "x"})).json()

    path = created.headers["Location"]
    assert created.status_code == httpx.codes.CREATED
    assert {name: created.json()[name] for name in new} == new
    assert (await api.get(path)).json() == created.json()
    listed = (await api.get("/v1/use-cases", params={"model": "lab/one"})).json()["items"]
    assert listed == [created.json()]
    newest_first = [each["id"] for each in (await api.get("/v1/use-cases")).json()["items"]]
    assert newest_first == [other["id"], created.json()["id"]]
    assert (await api.get("/v1/models/lab/one")).json()["counts"]["use_cases"] == 1

    changed = (await api.patch(path, json={"mentioned_by": None})).json()
    assert (changed["mentioned_by"], changed["use_case"]) == (None, "Review code")
    assert changed["updated_at"] > created.json()["updated_at"]
    assert (await api.patch(path, json={"use_case": None})).status_code == httpx.codes.UNPROCESSABLE_ENTITY

    assert (await api.delete(path)).status_code == httpx.codes.NO_CONTENT
    for answer in (await api.get(path), await api.delete(path), await api.patch(path, json={})):
        assert answer.status_code == httpx.codes.NOT_FOUND


async def test_created_is_said_only_of_what_is_committed(api: httpx.AsyncClient, engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        for statement in (
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$",
            "CREATE CONSTRAINT TRIGGER fail_at_commit AFTER INSERT ON models"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()",
        ):
            await connection.execute(text(statement))

    answer = await api.post("/v1/models", json=record("a"))
    assert answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    assert (await api.get("/v1/models/a")).status_code == httpx.codes.NOT_FOUND


async def test_an_import_takes_ids_for_what_is_new_alone(
    api: httpx.AsyncClient, engine: AsyncEngine, collection: str
) -> None:
    async def ids_taken(description: str, count: int) -> tuple[dict[str, int], int]:
        names = [f"lab/{number}" for number in range(count)]
        lines = "\n".join(json.dumps(record(name, collection, description=description)) for name in names)
        answer = (await api.post(f"/v1/{collection}/import", content=lines, headers=NDJSON)).json()
        assert answer.pop("rejected") == []
        async with engine.connect() as connection:
            last: int = (await connection.execute(text(last_value))).scalar_one()
        return {name: number for name, number in answer.items() if number}, last

    last_value = f"SELECT last_value FROM {collection}_id_seq"
    assert await ids_taken("First.", 500) == ({"created": 500}, 500)
    assert await ids_taken("First.", 500) == ({"unchanged": 500}, 500)
    assert await ids_taken("Then.", 501) == ({"created": 1, "updated": 500}, 501)


async def test_ids_go_on_beyond_32_bits(api: httpx.AsyncClient, engine: AsyncEngine, collection: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(f"ALTER SEQUENCE {collection}_id_seq RESTART WITH {2**31 + 5}"))
    created = (await api.post(f"/v1/{collection}", json=record("a", collection))).json()
    assert created["id"] == 2**31 + 5
    assert (await api.get(f"/v1/{collection}/a")).json()["id"] == 2**31 + 5
