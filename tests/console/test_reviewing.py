"""What reviewers do, from what failed to a row that everybody sees."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Page, expect
from support.catalogue import Catalogue, Json
from support.polling import eventually

from console.conftest import SignIn
from console.test_keyboard import tab_to

ON_ITS_WAY = 30_000
"""Milliseconds that an event may take to become a row while all else runs on this machine."""


@pytest.fixture
async def page(sign_in: SignIn) -> AsyncIterator[Page]:
    context = await sign_in("reviewer")
    yield await context.new_page()
    await context.close()


@pytest.fixture
async def catalogue(api: httpx.AsyncClient) -> Catalogue:
    """A model and a benchmark of this test's own."""
    unique = uuid4().hex[:6]
    return await Catalogue.create(api, f"kite-{unique}/heron 9", f"Heron {unique}")


async def wait_for_a_name(catalogue: Catalogue) -> str:
    """The name that two results wait for: the model's, as somebody else spells it."""
    name = catalogue.model.replace("/", " ")
    results = [
        catalogue.result(71, model=name, date_tested="2026-01-05"),
        catalogue.result(74, model=name, date_tested="2026-03-05"),
    ]
    await catalogue.post(*results)
    for result in results:
        await catalogue.receipt(result["event_id"], "waiting")
    return name


async def letter_out_of_range(catalogue: Catalogue, api: httpx.AsyncClient) -> Json:
    """Of a score of 120, where the benchmark had 100 at most; it has no bound any more."""
    metric = {"benchmark": catalogue.benchmark, "name": "score", "ranks": True, "unit": "points"}
    (await api.put("/v1/metrics", json={**metric, "highest": 100})).raise_for_status()
    result = catalogue.result(120, metric="score", unit="points")
    await catalogue.post(result)
    letter: Json = (await catalogue.receipt(result["event_id"], "dead_lettered"))["dead_letter"]
    (await api.put("/v1/metrics", json=metric)).raise_for_status()
    return letter


async def on_the_ranking(page: Page, catalogue: Catalogue, score: str) -> None:
    await page.goto(f"/benchmarks/{catalogue.benchmark}")
    row = page.get_by_role("row").filter(has_text=catalogue.model)
    await expect(row.first).to_contain_text(score)


async def test_a_name_that_waited_becomes_rows_on_the_ranking(page: Page, catalogue: Catalogue) -> None:
    name = await wait_for_a_name(catalogue)
    await page.goto("/")
    await page.get_by_label("Pages").get_by_role("link", name="Unresolved names").click()
    await page.get_by_role("button", name=f"{name} is {catalogue.model}").click()

    await expect(page.locator("#message")).to_contain_text(f"{name} is {catalogue.model} from now on")
    await expect(page.get_by_text("All that waited has been recorded.")).to_be_visible(timeout=ON_ITS_WAY)
    await expect(page.locator("main").get_by_role("link", name=catalogue.model).first).to_be_visible()
    await on_the_ranking(page, catalogue, "74")


async def test_a_name_is_resolved_without_scripts(sign_in: SignIn, catalogue: Catalogue) -> None:
    name = await wait_for_a_name(catalogue)
    context = await sign_in("reviewer", java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/unresolved")
    await page.get_by_role("link", name=name, exact=True).click()
    await page.get_by_label("Its name in the catalogue").fill(catalogue.model)
    await page.get_by_role("button", name="Make the alias").click()
    await expect(page.locator("#message")).to_contain_text(f"{name} is {catalogue.model} from now on")

    await eventually(catalogue.results, lambda rows: len(rows) == 2, ON_ITS_WAY / 1000)
    await on_the_ranking(page, catalogue, "74")
    await context.close()


async def test_a_name_is_resolved_by_keyboard_and_an_editor_takes_it_back(
    sign_in: SignIn, catalogue: Catalogue
) -> None:
    name = await wait_for_a_name(catalogue)
    context = await sign_in("editor")
    page = await context.new_page()
    await page.goto("/unresolved")
    await tab_to(page, page.get_by_role("button", name=f"{name} is {catalogue.model}"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("All that waited has been recorded.")).to_be_visible(timeout=ON_ITS_WAY)

    await tab_to(page, page.get_by_role("button", name="Delete the alias"))
    await page.keyboard.press("Enter")
    await expect(page.locator("#message")).to_contain_text("is no alias now")
    await context.close()


async def test_a_dead_letter_is_tried_replayed_and_watched_until_it_is_a_row(
    page: Page, catalogue: Catalogue, api: httpx.AsyncClient
) -> None:
    letter = await letter_out_of_range(catalogue, api)
    await page.goto("/")
    await page.get_by_label("Pages").get_by_role("link", name="Dead letters").click()
    await page.locator(f"main a[href='/dead-letters/{letter['id']}']").click()
    await expect(page.locator("pre").first).to_contain_text(catalogue.model)

    await page.get_by_role("button", name="Try: what would become of it").click()
    await expect(page.locator("main")).to_contain_text("Nothing has been done yet.")
    await page.get_by_role("button", name="Replay it").click()
    await page.goto(f"/dead-letters/{letter['id']}")
    await expect(page.get_by_text("Its event has become a row since.")).to_be_visible(timeout=ON_ITS_WAY)
    await on_the_ranking(page, catalogue, "120")


async def test_a_letter_that_was_given_up_is_taken_back(
    page: Page, catalogue: Catalogue, api: httpx.AsyncClient
) -> None:
    letter = await letter_out_of_range(catalogue, api)
    await page.goto(f"/dead-letters/{letter['id']}")
    await page.get_by_label("Note: why it is given up").fill("a slip of the pen")
    await page.get_by_role("button", name="Discard").click()
    await expect(page.get_by_text("It was given up.")).to_be_visible()
    await expect(page.get_by_text("a slip of the pen").first).to_be_visible()

    await page.get_by_role("button", name="Replay", exact=True).click()
    await expect(page.get_by_text("Its event has become a row since.")).to_be_visible(timeout=ON_ITS_WAY)


async def test_a_task_is_taken_and_done(page: Page, api: httpx.AsyncClient) -> None:
    title = f"Look at {uuid4().hex[:6]}"
    (await api.post("/v1/tasks", json={"title": title})).raise_for_status()
    await page.goto("/tasks")
    await page.get_by_role("button", name=f"Take: {title}").click()
    await page.get_by_role("link", name="Mine", exact=True).click()
    await page.get_by_role("button", name=f"Done: {title}").click()

    await expect(page.locator("#message")).to_contain_text(f"{title}: changed.")
    await page.goto("/tasks/mine")
    await expect(page.get_by_text(title)).to_have_count(0)
