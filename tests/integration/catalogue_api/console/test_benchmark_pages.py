"""Pages of benchmarks: their rankings, and where claims are at odds."""

import httpx


def ranked(page: httpx.Response) -> list[str]:
    """Names of the ranking's models, in order."""
    table = page.text.partition('aria-label="Ranking"')[2].partition("</table>")[0]
    return [part.partition("<")[0] for part in table.split('<th scope="row"><a href="/models/lab/')[1:]]


async def test_benchmarks_are_listed_and_narrowed(reader: httpx.AsyncClient) -> None:
    page = await reader.get("/benchmarks?category=speed&q=lat")

    assert 'href="/benchmarks/Latency"' in page.text
    assert 'href="/benchmarks/MMLU"' not in page.text
    assert "<option selected>speed</option>" in page.text


async def test_the_list_says_how_much_each_benchmark_has_and_what_ranks_there(
    reader: httpx.AsyncClient,
) -> None:
    page = await reader.get("/benchmarks?q=mmlu")

    row = page.text.partition('href="/benchmarks/MMLU"')[2].partition("</tr>")[0]
    assert '<td class="n">3</td><td class="n">4</td>' in row
    assert 'accuracy<span class="small faint under">%, higher is better' in row


async def test_a_ranking_has_intervals_ties_claims_and_says_where_none_is_given(
    reader: httpx.AsyncClient,
) -> None:
    page = await reader.get("/benchmarks/MMLU")

    assert "79 to 81" in page.text
    assert '<span class="faint" title="not given">\N{EN DASH}</span>' in page.text
    assert "accuracy <small>%, higher is better</small>" in page.text
    assert 'href="/claims?model=lab%2Fa&amp;benchmark=MMLU">2<' in page.text
    assert 'href="https://example.org/mmlu" rel="noopener nofollow"' in page.text


async def test_where_less_is_better_the_least_leads(reader: httpx.AsyncClient) -> None:
    page = await reader.get("/benchmarks/Latency")

    assert ranked(page) == ['b">lab/b', 'a">lab/a']
    assert "lower is better" in page.text


async def test_a_ranking_is_narrowed_as_the_api_narrows_it(reader: httpx.AsyncClient) -> None:
    page = await reader.get("/benchmarks/Latency?open_weights=true&tag=small&metric=&as_of=")

    assert ranked(page) == ['a">lab/a']
    assert '<option value="true" selected>yes</option>' in page.text
    data = 'href="/v1/rankings/Latency?open_weights=true&amp;tag=small"'
    assert data in page.text
    assert (await reader.get("/benchmarks/Latency?as_of=2000-01-01")).text.count(
        "No result is like that."
    ) == 1


async def test_who_led_is_a_chart_with_a_table(
    reader: httpx.AsyncClient,
) -> None:
    link = 'href="/leads?benchmark=MMLU"'
    assert link in (await reader.get("/benchmarks/MMLU")).text
    tested = (await reader.get("/leads?benchmark=MMLU")).text
    assert "lab/a led from 2025-01-01 with 80" in tested
    assert '<td class="date">2025-01-01</td><td class="date">now</td><td class="n">80</td>' in tested
    assert "By the days of tests" in tested

    assert "Nobody has led" in (await reader.get("/leads?benchmark=MMLU&organization=nobody")).text
    assert (await reader.get("/leads?benchmark=nothing")).status_code == httpx.codes.NOT_FOUND


async def test_claims_that_cannot_all_be_right_are_shown_and_lead_to_each_other(
    reader: httpx.AsyncClient,
) -> None:
    page = await reader.get("/benchmarks/MMLU")
    at_odds = page.text.partition('id="conflicts"')[2]
    assert '<a href="/models/lab/a">lab/a</a></th><td class="n">1</td><td class="n">2</td>' in at_odds
    assert "lab/b" not in at_odds

    claims = await reader.get("/claims?model=lab/a&benchmark=MMLU")
    assert "1 pair of claims cannot both be right" in claims.text
    assert '<span class="label warn">2</span>' in claims.text
    assert "<script>alert" not in claims.text
    none = await reader.get("/claims?model=lab/b&benchmark=MMLU")
    assert "No two of these claims are at odds" in none.text


async def test_a_page_of_a_ranking_leads_to_the_next_with_the_same_filters(
    reader: httpx.AsyncClient,
) -> None:
    page = await reader.get("/benchmarks/Latency?limit=1&organization=lab")
    after = page.text.partition('rel="next"')[0].rpartition('<a href="')[2].partition('"')[0]

    assert "organization=lab" in after
    assert ranked(await reader.get(after.replace("&amp;", "&"))) == ['a">lab/a']


async def test_a_benchmark_without_results_says_how_to_send_one(browser: httpx.AsyncClient) -> None:
    await browser.post("/v1/benchmarks", json={"name": "new"})

    assert "POST /v1/results" in (await browser.get("/benchmarks/new")).text
