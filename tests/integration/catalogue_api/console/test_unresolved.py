"""Names that events wait for: one click, and they go on while one watches."""

import re

import httpx
import pytest
from catalogue_schema.tables.users import Role
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.letters import keep_letters, letter

from .conftest import Send, SignIn, follow

GPT = {"kind": "model", "alias": "GPT 4o", "name": "openai/gpt-4o"}
PAGE = "/unresolved/model/GPT%204o"
names_wait = pytest.mark.usefixtures("waiting")
POLLED = 'hx-trigger="every 1s"'


@pytest.fixture
async def waiting(browser: httpx.AsyncClient, engine: AsyncEngine) -> None:
    """Two models and a benchmark, and letters that wait for names of theirs."""
    for name in ("openai/gpt-4o", "openai/gpt-4o-mini"):
        (await browser.post("/v1/models", json={"name": name, "organization": "openai"})).raise_for_status()
    (await browser.post("/v1/benchmarks", json={"name": "SWE-Bench Pro"})).raise_for_status()
    of_benchmark = {"model": "openai/gpt-4o", "benchmark": "swe pro", "reason": "unknown_benchmark"}
    await keep_letters(
        engine,
        [
            letter(model="GPT 4o", source="papers"),
            letter(model="GPT 4o", source="blog"),
            letter(model="GPT 4o", reason="invalid"),
            letter(**of_benchmark),
        ],
    )


async def set_status(engine: AsyncEngine, before: str, after: str) -> None:
    async with engine.begin() as connection:
        change = text("UPDATE dead_letters SET status = :after WHERE status = :before")
        await connection.execute(change, {"before": before, "after": after})


def figures(page: httpx.Response) -> dict[str, int]:
    found = re.findall(r"<dt>([^<]+)</dt><dd>([\d,]+)", page.text)
    return {name: int(number.replace(",", "")) for name, number in found}


@names_wait
async def test_names_that_wait_are_shown_with_the_nearest_names(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/unresolved")

    assert "2 events wait since" in page.text
    assert "from blog, papers" in page.text
    assert 'value="openai/gpt-4o" aria-label="GPT 4o is openai/gpt-4o"' in page.text
    assert "swe pro" in page.text
    assert "GPT 4o" not in (await browser.get("/unresolved?kind=benchmark")).text


@names_wait
async def test_one_click_makes_an_alias_and_the_events_are_followed_to_their_rows(
    browser: httpx.AsyncClient, engine: AsyncEngine, send: Send
) -> None:
    page = await follow(browser, await send("/aliases", **GPT))
    assert "and what waited for it goes on" in page.text
    assert figures(page) == {"Wait": 0, "On their way": 2, "Recorded": 0, "Failed otherwise": 1}
    assert POLLED in page.text
    assert f'<a href="{PAGE}">Load again</a>' in page.text

    await set_status(engine, "replaying", "replayed")
    assert POLLED in (await browser.get(PAGE)).text

    await set_status(engine, "replayed", "recorded")
    done = await browser.get(PAGE)
    assert figures(done) == {"Wait": 0, "On their way": 0, "Recorded": 2, "Failed otherwise": 1}
    assert POLLED not in done.text
    assert '<a href="/models/openai/gpt-4o">openai/gpt-4o</a>, where its rows are' in done.text
    assert 'href="/dead-letters?status=open&amp;model=GPT+4o"' in done.text


@names_wait
async def test_a_benchmarks_name_goes_the_same_way(browser: httpx.AsyncClient, send: Send) -> None:
    alias = {"kind": "benchmark", "alias": "swe pro", "name": "SWE-Bench Pro"}
    page = await follow(browser, await send("/aliases", **alias))

    assert figures(page)["On their way"] == 1
    assert '<a href="/benchmarks/SWE-Bench%20Pro">SWE-Bench Pro</a>' in page.text


@names_wait
async def test_an_alias_is_taken_back(browser: httpx.AsyncClient, send: Send) -> None:
    page = await follow(browser, await send("/aliases", **GPT))
    undo = re.search(r'action="(/aliases/\d+/delete)"', page.text)
    assert undo is not None
    assert 'href="/unresolved/model/GPT%204o"' in (await browser.get("/unresolved")).text

    after = await follow(browser, await send(undo[1]))
    assert "What was recorded under it stays" in after.text
    assert "the catalogue does not have" in after.text
    assert (await browser.get("/v1/aliases")).json()["items"] == []


@names_wait
async def test_an_alias_for_one_source_leaves_the_others_waiting(
    browser: httpx.AsyncClient, send: Send
) -> None:
    page = await follow(browser, await send("/aliases", **GPT, source="papers", evidence=""))

    assert (figures(page)["Wait"], figures(page)["On their way"]) == (1, 1)
    assert "but for one source" in page.text
    assert "Which one is it?" in page.text


@names_wait
async def test_a_name_that_is_new_becomes_a_model(browser: httpx.AsyncClient, send: Send) -> None:
    form = {"name": "GPT 4o", "organization": "openai", "release_date": ""}
    page = await follow(browser, await send("/models?waiting=GPT+4o", **form))

    assert figures(page)["On their way"] == 2
    benchmark = await follow(browser, await send("/benchmarks?waiting=swe+pro", name="swe pro"))
    assert figures(benchmark)["On their way"] == 1


@names_wait
async def test_a_source_may_leave_organisations_out(
    browser: httpx.AsyncClient, engine: AsyncEngine, send: Send
) -> None:
    await keep_letters(engine, [letter(model="gpt-4o-mini", source="papers")])
    page = await browser.get("/unresolved/model/gpt-4o-mini")
    assert '<button name="source" value="papers">' in page.text

    allowed = await follow(browser, await send("/bare-name-sources?waiting=gpt-4o-mini", source="papers"))
    assert figures(allowed)["On their way"] == 1
    again = await follow(browser, await send("/bare-name-sources/delete", source="papers"))
    assert "wait from now on" in again.text
    assert (await browser.get("/v1/bare-name-sources")).json() == {"items": []}


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"name": "openai/gpt-5"}, 422, "there is no model named"),
        ({"alias": "openai/gpt-4o-mini"}, 409, "is the name of a model itself"),
        ({"evidence": "javascript:alert(1)"}, 422, "is no web address"),
    ],
)
@names_wait
async def test_an_alias_that_cannot_be_is_told_on_a_page(
    send: Send, form: dict[str, str], status: int, said: str
) -> None:
    answer = await send("/aliases", **GPT | form)

    assert answer.status_code == status
    assert said in answer.text


@names_wait
async def test_a_part_of_a_name_offers_the_names_that_have_it(browser: httpx.AsyncClient) -> None:
    models = await browser.get("/names/model", params={"name": "MINI"})
    assert models.text == '<option value="openai/gpt-4o-mini"></option>'
    assert "SWE-Bench Pro" in (await browser.get("/names/benchmark", params={"name": ""})).text


async def test_a_name_is_text_wherever_it_came_from(browser: httpx.AsyncClient, engine: AsyncEngine) -> None:
    hostile = '"><script>alert(1)</script>'
    await keep_letters(engine, [letter(model=hostile, source=hostile)])

    for path in ("/unresolved", "/unresolved/model/%22%3E%3Cscript%3Ealert(1)%3C/script%3E"):
        page = await browser.get(path)
        assert page.is_success
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert" in page.text


@pytest.mark.parametrize(
    ("role", "makes", "deletes"), [("reader", 0, 0), ("reviewer", 1, 0), ("editor", 1, 1)]
)
async def test_one_may_do_what_ones_role_may(
    guarded_browser: httpx.AsyncClient,
    sign_in_as: SignIn,
    send_guarded: Send,
    engine: AsyncEngine,
    role: Role,
    makes: bool,
    deletes: bool,
) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO models (name, organization) VALUES ('lab/a', 'lab')"))
    await keep_letters(engine, [letter(model="a of lab")])
    await sign_in_as(role)
    page = await guarded_browser.get("/unresolved/model/a%20of%20lab")
    assert ('action="/aliases"' in page.text) == makes

    made = await send_guarded("/aliases", kind="model", alias="a of lab", name="lab/a")
    assert made.status_code == (httpx.codes.SEE_OTHER if makes else httpx.codes.FORBIDDEN)
    gone = await send_guarded("/aliases/1/delete")
    assert gone.status_code == (httpx.codes.SEE_OTHER if deletes else httpx.codes.FORBIDDEN)
    if makes:
        aliases = await guarded_browser.get("/v1/aliases")
        assert [alias["confirmed_by"] for alias in aliases.json()["items"]] == ([] if deletes else ["Test"])


@names_wait
async def test_an_alias_is_made_by_a_form_of_ours_alone(browser: httpx.AsyncClient) -> None:
    assert (await browser.post("/aliases", data=GPT)).status_code == httpx.codes.FORBIDDEN
    assert (await browser.get("/v1/aliases")).json()["items"] == []


async def test_where_nothing_waits_the_page_says_so(browser: httpx.AsyncClient) -> None:
    assert "No event waits for a name." in (await browser.get("/unresolved")).text
    assert "No event has failed under this name." in (await browser.get("/unresolved/model/x")).text
