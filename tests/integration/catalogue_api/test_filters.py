"""Any combination of filters finds what it should, in any of the ways in which rows are looked for."""

import itertools
from collections.abc import Mapping
from typing import Any

import asyncpg
import httpx
import pytest
from catalogue_api.catalogue import newest

FILL = """
INSERT INTO models (name, organization) SELECT 'lab/' || n, 'lab' FROM generate_series(1, 3) AS n;
INSERT INTO benchmarks (name) VALUES ('one'), ('two');
INSERT INTO opinions (model_id, content, sentiment, source, author, date_published, tags)
SELECT 1 + n % 2, n, (ARRAY['positive', 'mixed', NULL])[1 + n % 3], 'source ' || n % 5, 'author ' || n % 7,
       CASE WHEN n % 11 > 0 THEN date '2025-01-01' + (n * 7 % 40 + n / 9) END,
       ARRAY['all', 'tag ' || n % 4, 'tag ' || n % 6]
FROM generate_series(1, 400) AS n;
INSERT INTO benchmark_results (model_id, benchmark_id, score, date_tested, source)
SELECT 1 + n % 2, 1 + n % 3 % 2, n, date '2025-01-01' + n * 37 % 100, 'source ' || n % 5
FROM generate_series(1, 99) AS n;
"""
OPINIONS = {
    "model": ("lab/1", "lab/3", "nobody"),
    "sentiment": ("mixed", "negative"),
    "source": ("source 3", "nowhere"),
    "author": ("author 2", "nobody"),
    "tag": ("tag 3", "nothing"),
    "date_from": ("2025-01-20", "2030-01-01"),
    "date_to": ("2025-02-10", "2020-01-01"),
}
RESULTS = {
    "model": ("lab/1", "lab/3"),
    "benchmark": ("one", "none"),
    "source": ("source 3", "nowhere"),
    "date_from": ("2025-01-20", "2030-01-01"),
    "date_to": ("2025-03-10", "2020-01-01"),
}
# Everything in the first window; in one after the other; by the indexes, at once or after the windows.
WAYS = {
    "one window": ((500, 500), (500, 500), (500, 500), 0),
    "windows": ((21, 60), (21, 60), (50, 500), 0),
    "indexes": ((21, 22), (21, 22), (1, 2), 1e9),
    "indexes at last": ((21, 22), (21, 22), (1, 2), 0),
}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in zip(("OF_LEAD", "OF_ALL", "OF_DATES", "CHEAP"), WAYS[request.param], strict=True):
        monkeypatch.setattr(newest, name, value)


async def everything(api: httpx.AsyncClient, path: str, limit: int, **asked: str) -> list[dict[str, Any]]:
    """All pages of a list."""
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {**asked, "limit": limit}
    while True:
        answer = await api.get(path, params=query)
        assert answer.status_code == httpx.codes.OK, answer.text
        found += answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            return found
        query["cursor"] = answer.json()["next_cursor"]


def matches(row: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
    dated = row.get("date_published", row.get("date_tested"))
    equal = {name: value for name, value in asked.items() if name not in {"tag", "date_from", "date_to"}}
    return (
        all(row[name] == value for name, value in equal.items())
        and ("tag" not in asked or asked["tag"] in row["tags"])
        and ("date_from" not in asked or (dated is not None and dated >= asked["date_from"]))
        and ("date_to" not in asked or (dated is not None and dated <= asked["date_to"]))
    )


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(("path", "values"), [("/v1/opinions", OPINIONS), ("/v1/results", RESULTS)])
async def test_every_combination_of_filters_is_paged_without_gap_or_repeat(
    api: httpx.AsyncClient, database_url: str, path: str, values: dict[str, tuple[str, ...]]
) -> None:
    database = await asyncpg.connect(database_url)
    await database.execute(FILL)
    await database.close()
    rows = await everything(api, path, 20)
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)
    for names in itertools.chain.from_iterable(itertools.combinations(values, size) for size in (1, 2, 7)):
        for chosen in itertools.product(*(values[name] for name in names)):
            asked = dict(zip(names, chosen, strict=True))
            found = await everything(api, path, 20, **asked)
            assert found == [row for row in rows if matches(row, asked)], asked
