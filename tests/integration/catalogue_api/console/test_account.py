"""One's own account at a browser."""

import re

import httpx
import pytest
from catalogue_api.access.admission import COOKIE
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.tables import UserResponse
from support.access import PASSWORD, make_user, open_session
from support.api import serving
from support.polling import eventually

from .conftest import HTML, Send, audited

NEW = "another horse battery"


@pytest.fixture
async def user(guarded_browser: httpx.AsyncClient, database_url: str) -> UserResponse:
    """Somebody who is signed in, here and elsewhere."""
    user = await make_user(database_url, "admin")
    guarded_browser.cookies.set(COOKIE, await open_session(database_url, user))
    return user


async def test_one_sees_who_one_is_and_where_one_is_signed_in(
    guarded_browser: httpx.AsyncClient, database_url: str, user: UserResponse
) -> None:
    await open_session(database_url, user)
    page = await guarded_browser.get("/account")

    assert user.email in page.text
    assert len(re.findall(r"<tr><td class=\"date\">", page.text)) == 2


async def test_one_changes_the_password_with_that_of_today(
    guarded_browser: httpx.AsyncClient, send_guarded: Send, user: UserResponse
) -> None:
    wrong = await send_guarded("/account/password", current="not this one", new=NEW)
    assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "is not your password" in wrong.text

    changed = await send_guarded("/account/password", current=PASSWORD, new=NEW)
    assert changed.headers["Location"] == "/sign-in?next=/account"
    assert f'{COOKIE}=""; expires=' in changed.headers["Set-Cookie"]
    guarded_browser.cookies.delete(COOKIE)
    page = await guarded_browser.get("/sign-in")
    assert "Your password is changed" in page.text
    assert (await send_guarded("/sign-in", email=user.email, password=NEW)).is_redirect
    assert await audited(guarded_browser, "users") == [("password", None)]


async def test_one_signs_out_everywhere(
    guarded_browser: httpx.AsyncClient, send_guarded: Send, database_url: str, user: UserResponse
) -> None:
    other = {"Cookie": f"{COOKIE}={await open_session(database_url, user)}"}
    async with httpx.AsyncClient(base_url=guarded_browser.base_url, headers=other) as elsewhere:
        assert (await elsewhere.get("/v1/users/me")).is_success
        assert (await send_guarded("/account/sign-out")).headers["Location"] == "/sign-in"
        await eventually(
            lambda: elsewhere.get("/v1/users/me"),
            lambda seen: seen.status_code == httpx.codes.UNAUTHORIZED,
            10,
        )
    assert (await guarded_browser.get("/account")).headers["Location"] == "/sign-in?next=/account"


async def test_where_nobody_is_asked_the_account_is_of_whoever_signs_in(
    kafka: KafkaSettings, database_url: str
) -> None:
    async with serving(kafka, database_url) as client:
        answer = await client.get("/account", headers=HTML)

    assert answer.headers["Location"] == "/sign-in?next=/account"
