"""Who one is, in a browser: signing in and out, and forms that are not of a page from here."""

from collections.abc import AsyncIterator

import httpx
import pytest
from catalogue_api.access.admission import COOKIE
from playwright.async_api import Page, expect
from support.access import PASSWORD, make_user
from support.system import System

from console.conftest import SignIn

FORGED = """<!DOCTYPE html><title>Elsewhere</title>
<form method="post" action="{target}">
<input name="email" value="{email}"><input name="password" value="{password}">
<input name="form_token" value="{token}"><button>A prize</button></form>"""


@pytest.fixture
async def page(sign_in: SignIn) -> AsyncIterator[Page]:
    """Nobody's."""
    context = await sign_in(None)
    yield await context.new_page()
    await context.close()


async def fill_in(page: Page, email: str, password: str) -> None:
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.locator("main").get_by_role("button", name="Sign in").click()


async def test_one_is_asked_who_one_is_goes_on_to_the_page_and_signs_out(system: System, page: Page) -> None:
    user = await make_user(system.database_url, "reviewer")
    await page.goto("/models?q=borealis")
    await expect(page).to_have_title("Sign in · AI Model Catalogue")

    await fill_in(page, user.email, PASSWORD)
    await expect(page).to_have_url(f"{system.api_url}/models?q=borealis")
    await expect(page.get_by_role("link", name=user.name, exact=True)).to_be_visible()

    await page.get_by_role("button", name="Sign out").click()
    await page.goto("/models")
    await expect(page).to_have_title("Sign in · AI Model Catalogue")


async def test_a_wrong_password_is_told_and_lets_nobody_in(system: System, page: Page) -> None:
    user = await make_user(system.database_url)
    await page.goto("/sign-in")
    await fill_in(page, user.email, "not this one, either")

    await expect(page.get_by_role("alert")).to_contain_text("No account has this address and this password.")
    assert COOKIE not in {cookie["name"] for cookie in await page.context.cookies()}


async def test_a_form_without_its_token_does_nothing(system: System, page: Page) -> None:
    user = await make_user(system.database_url)
    await page.goto("/sign-in")
    await page.locator("main input[name=form_token]").evaluate("(field) => field.remove()")
    await fill_in(page, user.email, PASSWORD)

    await expect(page.get_by_role("alert")).to_contain_text("load its page again")
    assert COOKIE not in {cookie["name"] for cookie in await page.context.cookies()}


async def test_a_form_of_another_origin_is_refused_even_with_the_token(system: System, page: Page) -> None:
    """Of the same host at another port: its cookies come along, so that only the Origin tells."""
    user = await make_user(system.database_url)
    await page.goto("/sign-in")
    token = await page.locator("main input[name=form_token]").input_value()
    forged = FORGED.format(
        target=f"{system.api_url}/sign-in", email=user.email, password=PASSWORD, token=token
    )
    elsewhere = "http://127.0.0.1:9/forged"
    await page.route(elsewhere, lambda route: route.fulfill(body=forged, content_type="text/html"))
    await page.goto(elsewhere)

    async with page.expect_response(f"{system.api_url}/sign-in") as answer:
        await page.get_by_role("button").click()
    assert (await answer.value).status == httpx.codes.FORBIDDEN
    assert COOKIE not in {cookie["name"] for cookie in await page.context.cookies()}


async def test_no_page_stands_in_the_frame_of_another(system: System, page: Page) -> None:
    framed = f'<!DOCTYPE html><title>Elsewhere</title><iframe src="{system.api_url}/sign-in"></iframe>'
    elsewhere = "http://127.0.0.1:9/framing"
    await page.route(elsewhere, lambda route: route.fulfill(body=framed, content_type="text/html"))
    await page.goto(elsewhere)

    _, frame = page.frames
    await expect(frame.locator("form")).to_have_count(0)
    assert frame.url.startswith("chrome-error:")
