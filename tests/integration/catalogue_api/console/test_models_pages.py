"""Pages of models: the list, and all that is known of one."""

from urllib.parse import quote

import httpx
from support.readable import HOSTILE_NAME


async def test_models_are_listed_with_links_to_their_pages_and_to_the_same_as_data(
    reader: httpx.AsyncClient,
) -> None:
    page = await reader.get("/models?q=LAB/&tag=small")

    assert '<a href="/models/lab/a">lab/a</a>' in page.text
    assert "lab/b" not in page.text.partition("<datalist")[2].partition("</datalist>")[2]
    assert (
        '<a href="/v1/models?q=LAB/&amp;tag=small&amp;format=csv">CSV</a>'.replace("LAB/", "LAB%2F")
        in page.text
    )


async def test_a_tag_that_is_chosen_stays_chosen_and_another_may_be_added(reader: httpx.AsyncClient) -> None:
    page = await reader.get("/models?tag=small&tag=unheard-of")

    assert page.text.count('<select name="tag">') == 3
    assert "<option selected>unheard-of</option>" in page.text
    assert "No model is like that." in page.text


async def test_a_models_page_shows_what_is_known_of_it(reader: httpx.AsyncClient) -> None:
    text = (await reader.get("/models/lab/a")).text

    for shown in (
        "Model A",
        "<dt>Open weights</dt><dd>yes</dd>",
        "100 % <small>21 % to 100 %",  # of one opinion with a sentiment
        "$0.50",
        "cloud, output: $2.00 from 2025-06-01",
        "79 to 81",
        'href="/claims?model=lab%2Fa&amp;benchmark=MMLU">2<',
        "March 2025: 1 positive",
        "87 % sure",
        "<h3>Office</h3>",
        '<span>letters</span> <span class="small faint">said 2 times',
    ):
        assert shown in text
    assert text.count("<h1>") == 1


async def test_what_is_not_known_of_a_model_is_said(reader: httpx.AsyncClient) -> None:
    text = (await reader.get("/models/lab/b")).text

    assert "<dt>Open weights</dt><dd>not known</dd>" in text
    assert '<span class="faint" title="not given">\N{EN DASH}</span>' in text
    assert "Offered until 2026-01-31. Its place takes" in text
    assert "Nobody has said yet." in text


async def test_whatever_a_model_is_called_and_says_its_page_is_text(reader: httpx.AsyncClient) -> None:
    page = await reader.get(f"/models/{quote(HOSTILE_NAME)}")

    assert page.status_code == httpx.codes.OK
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert (
        f'href="/claims?model={quote(HOSTILE_NAME, safe="").replace("%20", "+")}&amp;benchmark=MMLU"'
        in page.text
    )


async def test_what_runs_is_no_link(reader: httpx.AsyncClient) -> None:
    for path in ("/models/lab/a", "/opinions", "/benchmarks/MMLU", "/benchmarks/Latency", "/"):
        text = (await reader.get(path)).text
        assert 'href="javascript:' not in text
        assert "<script>alert" not in text


async def test_a_model_that_is_not_there_is_a_page_that_says_so(reader: httpx.AsyncClient) -> None:
    page = await reader.get("/models/nobody/nothing")

    assert page.status_code == httpx.codes.NOT_FOUND
    assert "There is no model named" in page.text


async def test_models_are_found_by_their_weights_and_prices_and_show_the_lowest(
    reader: httpx.AsyncClient,
) -> None:
    page = await reader.get("/models?max_output=2&open_weights=true&q=model+lab")

    row = page.text.partition('<a href="/models/lab/a">lab/a</a>')[2].partition("</tr>")[0]
    assert '<td class="n">$0.50</td><td class="n">$2.00</td>' in row
    assert page.text.count('<tr><th scope="row">') == 1
    assert 'name="max_output" min="0" step="any" value="2"' in page.text
    assert "No model is like that." in (await reader.get("/models?max_output=1&open_weights=true")).text


async def test_the_list_says_of_each_model_its_weights_and_how_much_is_known_of_it(
    reader: httpx.AsyncClient,
) -> None:
    page = await reader.get("/models?q=lab/a")

    row = page.text.partition('<a href="/models/lab/a">lab/a</a>')[2].partition("</tr>")[0]
    assert "<td>open" in row
    assert '<td class="n">3</td><td class="n">2</td>' in row


async def test_names_are_suggested_while_one_writes(reader: httpx.AsyncClient) -> None:
    for field in ("model", "models"):
        answer = await reader.get("/choices/models", params={field: "B/A"})
        assert answer.text.strip() == '<option value="lab/a"></option>'
