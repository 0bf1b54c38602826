"""Lists as CSV and NDJSON: all rows, as in JSON, and an end that tells whether all are there."""

import csv
import json
from collections.abc import AsyncIterator
from io import StringIO
from typing import Any

import httpx
import pytest
from catalogue_schema.events import OpinionClassified, ResultReported
from ingest_worker.opinions import OPINIONS
from ingest_worker.results import RESULTS
from ingest_worker.writing import write_events
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.rows import batch, create_catalogue

KNOWN: dict[str, Any] = {"model": "lab/model"}
LISTS = (
    "/v1/models",
    "/v1/benchmarks",
    "/v1/metrics",
    "/v1/results",
    "/v1/opinions",
    "/v1/use-cases",
    "/v1/model-prices",
    "/v1/aliases",
    "/v1/unresolved-names",
    "/v1/dead-letters",
    "/v1/rankings/MMLU",
    "/v1/claims?model=lab/model&benchmark=MMLU",
    "/v1/agreement?min_opinions=1",
)


@pytest.fixture(autouse=True)
async def rows(engine: AsyncEngine) -> None:
    await create_catalogue(engine)
    results = [
        ResultReported(**KNOWN, benchmark="MMLU", score=place / 10, settings={"shots": place})
        for place in range(9)
    ]
    await write_events(engine, RESULTS, batch(*results))
    opinions = [
        OpinionClassified(**KNOWN, content=said, sentiment="positive", tags=["a", "b"])
        for said in ('Good, and\n"quick".', '=HYPERLINK("https://example.org")', "ordinary")
    ]
    await write_events(engine, OPINIONS, batch(*opinions))


@pytest.fixture(params=LISTS)
def path(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def with_format(path: str, form: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}format={form}"


async def read(api: httpx.AsyncClient, path: str) -> httpx.Response:
    return (await api.get(path)).raise_for_status()


def as_rows(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(answer.text, newline="")))


async def test_ndjson_has_the_items_of_the_list(api: httpx.AsyncClient, path: str) -> None:
    items = (await read(api, path)).json()["items"]
    answer = await read(api, with_format(path, "ndjson"))
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line) for line in answer.text.splitlines()] == items


async def test_csv_has_a_column_for_each_field(api: httpx.AsyncClient, path: str) -> None:
    items = (await read(api, path)).json()["items"]
    answer = await read(api, with_format(path, "csv"))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = as_rows(answer)
    assert len(rows) == len(items)
    header = next(csv.reader(StringIO(answer.text)))
    assert all([name for name in header if name in item] == [*item] for item in items)


async def test_an_export_goes_on_past_a_page(api: httpx.AsyncClient, engine: AsyncEngine) -> None:
    async with engine.begin() as db:
        await db.execute(
            text(
                "INSERT INTO opinions (model_id, content) "
                "SELECT id, 'number ' || n FROM models, generate_series(1, 1000) AS n "
                "WHERE name = 'lab/model'"
            )
        )
    lines = (await read(api, "/v1/opinions?format=ndjson")).text.splitlines()
    said = [json.loads(line)["content"] for line in lines]
    assert len(said) == 1003
    assert said[:1000] == [f"number {n}" for n in range(1000, 0, -1)]
    assert len(as_rows(await read(api, "/v1/opinions?format=csv"))) == 1003


async def test_with_a_limit_it_is_one_page(api: httpx.AsyncClient) -> None:
    assert len(as_rows(await read(api, "/v1/results?format=csv&limit=2"))) == 2


async def test_cells_are_what_the_items_say(api: httpx.AsyncClient) -> None:
    rows = as_rows(await read(api, "/v1/results?format=csv"))
    (row,) = [row for row in rows if row["score"] == "0.8"]
    assert (row["model"], row["settings"]) == ("lab/model", '{"shots":8}')
    assert (row["date_tested"], row["metric"]) == ("", "")


async def test_no_cell_is_run_by_a_spreadsheet(api: httpx.AsyncClient) -> None:
    said = {row["content"] for row in as_rows(await read(api, "/v1/opinions?format=csv"))}
    assert said == {'Good, and\n"quick".', '\'=HYPERLINK("https://example.org")', "ordinary"}


async def test_an_empty_list_has_its_header(api: httpx.AsyncClient) -> None:
    answer = await read(api, "/v1/results?format=csv&source=nobody")
    assert "score" in answer.text.splitlines()[0].split(",")
    assert as_rows(answer) == []
    assert (await read(api, "/v1/results?format=ndjson&source=nobody")).text == ""


async def test_what_is_wrong_is_a_problem_as_ever(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/results?format=csv&date_from=yesterday")
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert answer.headers["content-type"] == "application/problem+json"
    unknown = (await api.get("/v1/results?format=xlsx")).json()
    assert unknown["errors"][0]["pointer"] == "query:format"


async def test_an_export_that_breaks_off_has_no_proper_end(
    api: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    async with engine.begin() as db:
        await db.execute(
            text(
                "INSERT INTO opinions (model_id, content) "
                "SELECT id, repeat('long ', 1000) FROM models, generate_series(1, 5000) "
                "WHERE name = 'lab/model'"
            )
        )
    with pytest.raises(httpx.RemoteProtocolError):  # noqa: PT012 (the second part raises)
        async with api.stream("GET", "/v1/opinions?format=ndjson") as answer:
            parts: AsyncIterator[bytes] = answer.aiter_raw()
            await anext(parts)
            async with engine.begin() as db:
                await db.execute(text("ALTER TABLE opinions RENAME TO away"))
            async for _ in parts:
                pass


async def test_openapi_names_the_forms(api: httpx.AsyncClient) -> None:
    paths = (await read(api, "/openapi.json")).json()["paths"]
    for path in ("/v1/results", "/v1/claims"):
        content = paths[path]["get"]["responses"]["200"]["content"]
        assert {*content} == {"application/json", "text/csv", "application/x-ndjson"}
