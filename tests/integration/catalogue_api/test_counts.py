"""How much there is, and what is said of a model by month."""

import asyncpg
import httpx
import pytest

FILL = """
INSERT INTO models (name, organization) VALUES ('lab/a', 'lab'), ('lab/b', 'lab');
INSERT INTO benchmarks (name) VALUES ('MMLU');
INSERT INTO benchmark_results (model_id, benchmark_id, score) VALUES (1, 1, 5);
INSERT INTO use_cases (model_id, use_case) VALUES (1, 'chat'), (2, 'chat');
INSERT INTO opinions (model_id, content, sentiment, date_published, created_at) VALUES
    (1, 'x', 'positive', '2026-01-31', now()), (1, 'x', 'positive', '2026-01-01', now()),
    (1, 'x', 'mixed', '2026-01-15', now()), (1, 'x', NULL, '2025-11-15', now()),
    (1, 'x', 'negative', NULL, '2026-02-28T23:30:00-01:00'), (2, 'x', 'neutral', '2026-01-01', now());
INSERT INTO dead_letters (reason, detail, exception_class, topic, partition, "offset", status)
SELECT 'invalid', n, 'x', 'x', 0, n, CASE WHEN n > 2 THEN 'open' ELSE 'recorded' END
FROM generate_series(1, 5) AS n;
"""


@pytest.fixture
async def catalogue(api: httpx.AsyncClient, database_url: str) -> httpx.AsyncClient:
    database = await asyncpg.connect(database_url)
    await database.execute(FILL)
    await database.close()
    return api


async def test_all_that_there_is_is_counted(catalogue: httpx.AsyncClient) -> None:
    assert (await catalogue.get("/v1/counts")).json() == {
        "models": 2,
        "benchmarks": 1,
        "results": 1,
        "opinions": 6,
        "use_cases": 2,
        "open_letters": 3,
    }


async def test_an_empty_catalogue_counts_nothing(api: httpx.AsyncClient) -> None:
    assert set((await api.get("/v1/counts")).json().values()) == {0}


async def test_sentiment_is_told_by_the_month_of_publication_or_else_of_arrival(
    catalogue: httpx.AsyncClient,
) -> None:
    nothing = {"positive": 0, "negative": 0, "neutral": 0, "mixed": 0}
    assert (await catalogue.get("/v1/sentiment/lab/a")).json()["items"] == [
        {"month": "2026-03-01", "opinions": nothing | {"negative": 1}},
        {"month": "2026-01-01", "opinions": nothing | {"positive": 2, "mixed": 1}},
        {"month": "2025-11-01", "opinions": nothing},
    ]
    assert (await catalogue.get("/v1/sentiment/nobody")).status_code == httpx.codes.NOT_FOUND


async def test_a_month_whose_opinions_are_gone_is_gone(
    catalogue: httpx.AsyncClient, database_url: str
) -> None:
    database = await asyncpg.connect(database_url)
    await database.execute("DELETE FROM opinions WHERE date_published >= '2026-01-01'")
    await database.close()
    months = (await catalogue.get("/v1/sentiment/lab/a")).json()["items"]
    assert [month["month"] for month in months] == ["2026-03-01", "2025-11-01"]
