"""All that matters is done with the keyboard alone, and one sees where one is."""

import re

import pytest
from playwright.async_api import Locator, Page, expect
from support.access import PASSWORD, make_user
from support.system import System

from console.conftest import SignIn
from console.pages import VISITS, Visit
from console.places import Places, at

MOST_STOPS = 60
# Where the focus is: whether one can see it, and where it stands in the order of the page.
FOCUSED = """() => {
  const each = document.activeElement, style = getComputedStyle(each);
  if (each === document.body) return null;
  const order = [...document.querySelectorAll("*")].indexOf(each);
  const box = each.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  return {order, outlined, inside: box.right > 0 && box.left < innerWidth, what: each.outerHTML.slice(0, 99)};
}"""


async def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is there. Fails where it never is."""
    for _ in range(300):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("(each) => each === document.activeElement"):
            return
    pytest.fail(f"Tab never comes to {wanted}")


@pytest.mark.parametrize("visit", VISITS.values(), ids=VISITS.keys())
async def test_tab_goes_through_a_page_in_its_order_and_one_sees_where(
    sign_in: SignIn, places: Places, visit: Visit
) -> None:
    context = await sign_in("admin")
    page = await context.new_page()
    await page.goto(at(places, visit.path))
    stops = []
    for _ in range(MOST_STOPS):
        await page.keyboard.press("Tab")
        stop = await page.evaluate(FOCUSED)
        if stop is None:
            break
        stops.append(stop)
    await context.close()

    assert [stop["what"] for stop in stops if not (stop["outlined"] and stop["inside"])] == []
    orders = [stop["order"] for stop in stops]
    assert orders == sorted(orders)
    assert len(stops) > 10


async def test_the_first_stop_leads_past_the_head_to_the_contents(sign_in: SignIn) -> None:
    page = await (await sign_in("reader")).new_page()
    await page.goto("/models")
    await page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="To the contents")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()

    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    inside = "() => document.querySelector('main').contains(document.activeElement)"
    assert await page.evaluate(inside)


async def test_models_are_found_by_typing_and_one_is_opened(sign_in: SignIn) -> None:
    page = await (await sign_in("reader")).new_page()
    await page.goto("/models")
    await tab_to(page, page.get_by_label("Parts of its names"))
    await page.keyboard.type("windhover-2")
    rows = page.locator("#models tbody tr")
    await expect(rows.first).to_contain_text("windhover-2")
    await expect(rows.filter(has_not_text="windhover-2")).to_have_count(0)
    await expect(page).to_have_url(re.compile("q=windhover-2"))

    link = rows.first.get_by_role("link").first
    name = await link.inner_text()
    await tab_to(page, link)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text(
        name.partition("/")[2].split("-")[0], ignore_case=True
    )


async def test_one_signs_in_by_keyboard(system: System, sign_in: SignIn) -> None:
    user = await make_user(system.database_url)
    page = await (await sign_in(None)).new_page()
    await page.goto("/sign-in")
    await tab_to(page, page.get_by_label("E-mail address"))
    await page.keyboard.type(user.email)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
