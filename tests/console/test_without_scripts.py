"""Links and forms work where no script runs."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import BrowserContext, expect
from support.access import PASSWORD, make_user
from support.system import System

from console.conftest import SignIn
from console.pages import VISITS, Visit
from console.places import Places, at


@pytest.fixture
async def plain(sign_in: SignIn) -> AsyncIterator[BrowserContext]:
    """An editor's."""
    context = await sign_in("editor", java_script_enabled=False)
    yield context
    await context.close()


@pytest.mark.parametrize("visit", VISITS.values(), ids=VISITS.keys())
async def test_a_page_is_whole(sign_in: SignIn, places: Places, visit: Visit) -> None:
    context = await sign_in("admin", java_script_enabled=False)
    page = await context.new_page()
    answer = await page.goto(at(places, visit.path))

    assert answer is not None
    assert answer.ok
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await context.close()


async def test_models_are_filtered_by_a_form(plain: BrowserContext) -> None:
    page = await plain.new_page()
    await page.goto("/models")
    await page.get_by_label("Parts of its names").fill("skerry-3")
    await page.get_by_role("button", name="Show").click()

    rows = page.locator("#models tbody tr")
    await expect(rows.first).to_contain_text("skerry-3")
    await expect(rows.filter(has_not_text="skerry-3")).to_have_count(0)
    assert "q=skerry-3" in page.url


async def test_a_list_is_read_part_by_part(plain: BrowserContext) -> None:
    page = await plain.new_page()
    await page.goto("/models")
    first = await page.locator("#models tbody th").first.inner_text()
    await page.get_by_role("link", name="More", exact=True).click()
    assert await page.locator("#models tbody th").first.inner_text() > first

    await page.get_by_role("link", name="From the beginning").click()
    assert await page.locator("#models tbody th").first.inner_text() == first


async def test_one_signs_in(system: System, sign_in: SignIn) -> None:
    user = await make_user(system.database_url)
    context = await sign_in(None, java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/models")
    await page.get_by_label("E-mail address").fill(user.email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.locator("main").get_by_role("button", name="Sign in").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Models")
    await context.close()
