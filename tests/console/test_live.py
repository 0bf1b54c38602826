"""Events as they pass, in a browser that follows them."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import expect
from support.catalogue import Catalogue
from support.system import System

from console.conftest import SignIn
from console.watching import Watched, watched

ARRIVES = 30_000
"""Milliseconds that an event may take into a browser while all else runs on this machine."""
A_SECOND, SECONDS = 100, 8
"""Events a second, and for how long."""
LONG_TASKS = """() => {
  window.__held = 0;
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) window.__held += each.duration;
  }).observe({type: "longtask"});
}"""
WHERE = "() => document.querySelector('#live').getBoundingClientRect().toJSON()"


@pytest.fixture
async def catalogue(api: httpx.AsyncClient) -> Catalogue:
    """A model and a benchmark of this test's own."""
    unique = uuid4().hex[:6]
    return await Catalogue.create(api, f"kite-{unique}/osprey", f"Osprey {unique}")


@pytest.fixture
async def live(sign_in: SignIn, system: System) -> AsyncIterator[Watched]:
    """The page, once it follows."""
    context = await sign_in("reader")
    async with watched(context, f"{system.api_url}/live") as page:
        await expect(page.page.locator("#live-state")).to_have_text("Live", timeout=ARRIVES)
        yield page
    assert page.complaints == []
    await context.close()


async def post_steadily(catalogue: Catalogue) -> None:
    """So many events a second, in four requests each."""
    for number in range(4 * SECONDS):
        events = [catalogue.opinion(f"Opinion {number} of many: fast enough.") for _ in range(A_SECOND // 4)]
        posted, _ = await asyncio.gather(catalogue.post(*events), asyncio.sleep(0.25))
        assert posted["accepted"] == len(events)


async def test_an_event_is_seen_while_one_looks(live: Watched, catalogue: Catalogue) -> None:
    rows = live.page.locator("#live tbody tr")
    await catalogue.post(catalogue.opinion("Seen from the shore, a fine bird."))

    seen = rows.filter(has_text="Seen from the shore").filter(has_text="OpinionClassified")
    await expect(seen.first).to_contain_text(catalogue.model, timeout=ARRIVES)
    await expect(seen.first).to_contain_text("positive")


async def test_the_page_holds_still_under_a_hundred_events_a_second(
    live: Watched, catalogue: Catalogue
) -> None:
    page = live.page
    before = await page.evaluate(WHERE)
    await page.evaluate(LONG_TASKS)
    await post_steadily(catalogue)

    await expect(page.locator("#live tbody tr").first).to_contain_text("of many", timeout=ARRIVES)
    assert await live.shift() < 0.01
    assert await page.evaluate(WHERE) == before
    assert await page.locator("#live tbody tr").count() <= 100
    held = await page.evaluate("window.__held")
    assert held < 500 * SECONDS, "what one does waits for half of the time"


async def test_while_it_is_paused_nothing_moves_and_one_is_told_how_much_is_newer(
    live: Watched, catalogue: Catalogue
) -> None:
    page = live.page
    await page.get_by_role("button", name="Pause").click()
    rows = page.locator("#live tbody")
    before = await rows.inner_text()
    await catalogue.post(catalogue.opinion("Nobody reads this yet, a good one."))
    newer = page.get_by_role("button", name="newer: show")
    await expect(newer).to_be_visible(timeout=ARRIVES)
    assert await rows.inner_text() == before

    await newer.click()
    await expect(rows).to_contain_text("Nobody reads this yet", timeout=ARRIVES)


async def test_without_scripts_the_last_events_stand_there(sign_in: SignIn, catalogue: Catalogue) -> None:
    context = await sign_in("reader", java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/live")
    opinion = catalogue.opinion("Posted before the page was loaded again.")
    await catalogue.post(opinion)
    await catalogue.receipt(opinion["event_id"], "recorded")
    await page.get_by_role("link", name="Load again").click()

    await expect(page.locator("#live tbody")).to_contain_text("Posted before the page was loaded again.")
    await context.close()


async def test_an_events_way_is_found_by_its_id(
    sign_in: SignIn, catalogue: Catalogue, system: System
) -> None:
    opinion = catalogue.opinion("A good one to follow.")
    await catalogue.post(opinion)
    await catalogue.receipt(opinion["event_id"], "recorded")
    context = await sign_in("reader")
    page = await context.new_page()
    await page.goto("/events")
    await page.get_by_label("Id", exact=True).fill(opinion["event_id"])
    await page.keyboard.press("Enter")

    await expect(page).to_have_url(f"{system.api_url}/events/{opinion['event_id']}")
    await expect(page.locator("main")).to_contain_text("recorded")
    await expect(page.locator("main")).to_contain_text(catalogue.model)
    await context.close()
