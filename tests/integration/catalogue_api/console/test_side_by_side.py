"""Pages that set things beside each other: models, cost and score, scores and opinions."""

from urllib.parse import quote

import httpx
from support.readable import HOSTILE_NAME


async def test_a_comparison_begins_with_a_form_that_works_without_scripts(reader: httpx.AsyncClient) -> None:
    empty = await reader.get("/compare")
    assert empty.text.count('name="models"') == 5
    assert '<option value="lab/a">' in empty.text

    one = await reader.get("/compare?models=lab/a&models=")
    assert 'value="lab/a"' in one.text
    assert "Choose two models" in one.text


async def test_the_best_of_models_is_marked_by_a_sign_and_a_word(reader: httpx.AsyncClient) -> None:
    page = await reader.get("/compare?models=lab/a&models=lab/b&models=&models=&models=")

    latency = page.text.partition('href="/benchmarks/Latency"')[2].partition("</tr>")[0]
    assert "lower is better" in latency
    a, b = latency.split("<td>")[1:]
    assert "2.5" in a
    assert "best" not in a
    assert '★</span><span class="hidden">best: </span> 1.5' in b
    assert "$0.50 in, $2.00 out" in page.text
    assert "lab/a, 3 months to March 2025: 100 % of 1 positive" in page.text
    assert 'href="/v1/compare?models=lab%2Fa%2Clab%2Fb"' in page.text


async def test_a_name_that_is_not_known_is_told_above_the_form_which_keeps_the_others(
    reader: httpx.AsyncClient,
) -> None:
    page = await reader.get("/compare?models=lab/a&models=lab/nothing")

    assert page.status_code == httpx.codes.NOT_FOUND
    assert "There is no model named" in page.text
    assert 'value="lab/a" list="model-names"' in page.text


async def test_six_models_are_too_many(reader: httpx.AsyncClient) -> None:
    page = await reader.get("/compare?" + "&".join(f"models=lab/{letter}" for letter in "abcdef"))

    assert page.status_code == httpx.codes.UNPROCESSABLE_ENTITY


async def test_cost_is_drawn_against_score_with_the_frontier_named(reader: httpx.AsyncClient) -> None:
    assert "Choose the benchmark" in (await reader.get("/value")).text
    page = await reader.get("/value?benchmark=MMLU")

    chart = page.text.partition('<figure class="chart">')[2].partition("</figure>")[0]
    assert "USD per million tokens, logarithmic" in chart
    assert "accuracy (%)" in chart
    assert 'aria-hidden="true">a</text>' in chart
    assert "lab/b: 70 for 8.25 USD" in chart
    assert page.text.count("best at its price</span>") == 2, "a, and the one that is free"


async def test_what_is_free_has_no_place_on_the_chart_and_is_said(reader: httpx.AsyncClient) -> None:
    page = await reader.get("/value?benchmark=MMLU")

    assert f'in the table alone: <a href="/models/{quote(HOSTILE_NAME)}">' in page.text
    assert "for 0 USD" not in page.text


async def test_without_a_price_the_page_says_how_to_send_one(reader: httpx.AsyncClient) -> None:
    page = await reader.get("/value?benchmark=MMLU&currency=CHF")

    assert "a price in CHF" in page.text


async def test_the_models_where_scores_and_opinions_differ_are_named(reader: httpx.AsyncClient) -> None:
    page = await reader.get("/agreement?min_opinions=1&category=speed")

    assert "lab/a</a> is liked better than it scores: 100 % of 1 opinions positive, percentile 0" in page.text
    assert "lab/b</a> scores better than it is liked" in page.text
    assert '<td class="n">\N{MINUS SIGN}100</td>' in page.text
    assert "Ask for fewer opinions" in (await reader.get("/agreement")).text


async def test_hostile_names_are_text_here_too(reader: httpx.AsyncClient) -> None:
    for path, query in (
        ("/compare", {"models": ["lab/a", HOSTILE_NAME]}),
        ("/value", {"benchmark": HOSTILE_NAME}),
        ("/agreement", {"category": HOSTILE_NAME}),
        ("/claims", {"model": HOSTILE_NAME, "benchmark": "MMLU"}),
    ):
        page = await reader.get(path, params=query)
        assert "<img" not in page.text
        assert "<script>alert" not in page.text
        assert page.status_code in {httpx.codes.OK, httpx.codes.NOT_FOUND}
