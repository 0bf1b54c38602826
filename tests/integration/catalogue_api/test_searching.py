"""Looking for opinions by their words, and for models by their names and prices."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from catalogue_api.catalogue import blocks, newest

# Of 400 opinions each fourth block has one, so that there are more blocks than a page looks through.
FILL = """
ALTER SEQUENCE opinions_id_seq INCREMENT BY 300;
INSERT INTO models (name, organization) VALUES ('lab/a', 'lab'), ('lab/b', 'lab');
INSERT INTO opinions (model_id, content, source, date_published)
SELECT 1 + n % 2, CASE WHEN n % 50 = 7 THEN 'Rarely seen' ELSE 'often' END || ' text ' || n,
    'source ' || n % 3, date '2025-01-01' + n / 10
FROM generate_series(1, 400) AS n;
"""
SAID = (
    "GPT-4o is fast, but it's pricey",
    "Zu teuer! Größe und Übersetzung sind gut",
    "costs 1.5b tokens at https://example.org/run-7",
    "pricey_and slow, not good\nfor code",
    "日本語 モデル is good",
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def everything(api: httpx.AsyncClient, **asked: Any) -> list[dict[str, Any]]:
    """What all pages have of a search for opinions."""
    found: list[dict[str, Any]] = []
    while True:
        answer = (await api.get("/v1/opinions", params=asked)).raise_for_status().json()
        found += answer["items"]
        if answer["next_cursor"] is None:
            return found
        asked["cursor"] = answer["next_cursor"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("PRICEY", (3, 0)),
        ("price", ()),
        ("pricey fast", (0,)),
        ("pricey -fast", (3,)),
        ("fast or größe", (1, 0)),
        ('"not good"', (3,)),
        ('"good not"', ()),
        ("it's", (0,)),
        ("gpt-4o", (0,)),
        ("4o", (0,)),
        ("b", (2,)),
        ("example.org", (2,)),
        ("1.5", (2,)),
        ("日本語", (4,)),
        ("good", (4, 3)),
        ("code", (3,)),
        (r"slow \ '", (3,)),
        (".*", None),
        ("-slow", None),
    ],
)
async def test_opinions_are_found_by_words_phrases_and_what_they_lack(
    api: httpx.AsyncClient, database: Any, words: str, found: tuple[int, ...] | None
) -> None:
    await database.execute("INSERT INTO models (name, organization) VALUES ('lab/a', 'lab')")
    for content in SAID:
        await database.execute("INSERT INTO opinions (model_id, content) VALUES (1, $1)", content)
    answer = await api.get("/v1/opinions", params={"q": words})
    if found is None:
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        [error] = answer.json()["errors"]
        assert (error["pointer"], "no word" in error["reason"]) == ("query:q", True)
    else:
        assert [SAID.index(row["content"]) for row in answer.json()["items"]] == [*found]


ASKED: list[dict[str, str]] = [{}, {"model": "lab/b"}, {"source": "source 1"}, {"date_to": "2025-01-20"}]
# Of which segments words are known: of none, the first, all that are full, or most, as some rows went.
GATHERED = {
    "none": "SELECT",
    "some": "SELECT keep_opinion_words(40 * 1024, 1000)",
    "all": "SELECT keep_opinion_words(1000000, 1000)",
    "forgotten": """SELECT keep_opinion_words(1000000, 1000);
        UPDATE opinion_segments SET is_gathered = false WHERE segment IN (1, 4, 6)""",
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("few", [0, 1e9])
@pytest.mark.parametrize(("window", "at_once"), [(500, 500), (9, 4)])
@pytest.mark.parametrize("gathered", GATHERED.values(), ids=GATHERED.keys())
async def test_a_search_goes_on_until_all_is_found_however_little_each_page_looks_through(
    api: httpx.AsyncClient,
    database: Any,
    monkeypatch: pytest.MonkeyPatch,
    asked: dict[str, str],
    few: float,
    window: int,
    at_once: int,
    gathered: str,
) -> None:
    monkeypatch.setattr(newest, "FEW", few)
    monkeypatch.setattr(newest, "WITH_WORDS", window)
    monkeypatch.setattr(blocks, "AT_ONCE", at_once)
    await database.execute(FILL)
    await database.execute(gathered)
    rows = await everything(api, **asked)
    for words in ("rarely", "often"):
        found = await everything(api, q=words, limit=5, **asked)
        assert found == [row for row in rows if words in row["content"].lower()]
        assert found


async def test_a_page_looks_through_no_more_than_it_may(
    api: httpx.AsyncClient, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "AT_ONCE", 4)
    await database.execute(FILL)
    page = (await api.get("/v1/opinions", params={"q": "rarely"})).json()
    assert page["items"] == []
    assert page["next_cursor"] is not None


@pytest.mark.parametrize("words", ["rarely", '"rarely seen"', "rarely or nothing"])
async def test_a_rare_word_is_found_at_once_where_words_are_gathered(
    api: httpx.AsyncClient, database: Any, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setattr(blocks, "AT_ONCE", 8)
    await database.execute(FILL + GATHERED["all"])
    page = (await api.get("/v1/opinions", params={"q": words})).json()
    assert len(page["items"]) == 8
    assert page["next_cursor"] is None


async def test_a_search_ends_where_there_is_no_opinion(api: httpx.AsyncClient) -> None:
    page = (await api.get("/v1/opinions", params={"q": "nowhere"})).raise_for_status().json()
    assert (page["items"], page["next_cursor"]) == ([], None)


async def test_a_word_that_no_opinion_has_is_known_to_be_in_none(
    api: httpx.AsyncClient, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "AT_ONCE", 1)
    await database.execute(FILL + GATHERED["all"])
    page = (await api.get("/v1/opinions", params={"q": "nowhere"})).json()
    assert (page["items"], page["next_cursor"]) == ([], None)


MODELS = """
INSERT INTO models (name, display_name, organization, metadata) VALUES
    ('openai/gpt-4o', 'GPT-4o', 'OpenAI', NULL),
    ('openai/gpt-4o-mini', NULL, 'OpenAI', '{"open_weights": false}'),
    ('meta/llama-3.1-8b', 'Llama 3.1 8B', 'Meta AI', '{"open_weights": true}');
INSERT INTO model_prices (model_id, provider, input, output, currency, valid_from) VALUES
    (1, 'first', 5, 15, 'USD', '2024-01-01'), (1, 'first', 2.5, 10, 'USD', '2025-01-01'),
    (1, 'first', 0.1, 0.1, 'USD', '9999-01-01'), (2, 'first', 0.15, 0.6, 'USD', '2024-01-01'),
    (2, 'second', 9, 0.1, 'USD', '2024-01-01'), (3, 'first', 0.1, 0.1, 'EUR', '2024-01-01'),
    (3, 'second', 0.1, 0.1, 'USD', '2024-01-01'), (3, 'second', 3, 3, 'USD', '2024-06-01');
"""


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "GPT"}, [1, 2]),
        ({"q": "mini gpt"}, [2]),
        ({"q": "meta ai"}, [3]),
        ({"q": "llama 3.1 8B"}, [3]),
        ({"q": "4o_mini"}, []),
        ({"q": "o a i 4 o m i n i"}, []),
        ({"open_weights": "true"}, [3]),
        ({"open_weights": "false"}, [1, 2]),
        ({"max_input": "2.5"}, [1, 2]),
        ({"max_input": "2.4"}, [2]),
        ({"max_input": "3"}, [1, 2, 3]),
        ({"max_output": "0.1"}, [2]),
        ({"max_input": "1", "max_output": "0.1"}, []),
        ({"max_input": "1", "currency": "EUR"}, [3]),
        ({"max_input": "1", "q": "openai", "open_weights": "false", "organization": "OpenAI"}, [2]),
    ],
)
async def test_models_are_found_by_name_weights_and_price(
    api: httpx.AsyncClient, database: Any, asked: dict[str, str], found: list[int]
) -> None:
    await database.execute(MODELS)
    items = (await api.get("/v1/models", params=asked)).raise_for_status().json()["items"]
    assert sorted(item["id"] for item in items) == found
