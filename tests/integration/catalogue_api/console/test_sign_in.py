import httpx
import pytest
from support.access import PASSWORD, make_user

from .conftest import Send, token_in


async def test_one_signs_in_goes_on_to_where_one_was_going_and_signs_out(
    guarded_browser: httpx.AsyncClient, send_guarded: Send, database_url: str
) -> None:
    user = await make_user(database_url, "reviewer")
    answer = await send_guarded("/sign-in", email=user.email, password=PASSWORD, next="/models?q=a")
    assert answer.status_code == httpx.codes.SEE_OTHER
    assert answer.headers["Location"] == "/models?q=a"

    page = await guarded_browser.get("/models?q=a")
    assert page.is_success
    assert ">Test</a>" in page.text

    out = await guarded_browser.post("/sign-out", data={"form_token": token_in(page)})
    assert out.headers["Location"] == "/"
    assert (await guarded_browser.get("/models")).status_code == httpx.codes.SEE_OTHER


async def test_a_wrong_password_is_told_on_the_page(send_guarded: Send, database_url: str) -> None:
    user = await make_user(database_url)
    answer = await send_guarded("/sign-in", email=user.email, password="not this one")

    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert "No account has this address and this password." in answer.text
    assert 'name="password"' in answer.text


@pytest.mark.parametrize(
    "next_",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "x"],
)
async def test_a_link_to_sign_in_leads_nowhere_else(
    send_guarded: Send, database_url: str, next_: str
) -> None:
    user = await make_user(database_url)
    answer = await send_guarded("/sign-in", email=user.email, password=PASSWORD, next=next_)

    assert answer.headers["Location"] == "/"


async def test_a_form_without_its_token_or_with_anothers_changes_nothing(
    guarded_browser: httpx.AsyncClient, database_url: str
) -> None:
    user = await make_user(database_url)
    form = {"email": user.email, "password": PASSWORD}

    assert (await guarded_browser.post("/sign-in", data=form)).status_code == httpx.codes.FORBIDDEN
    token = token_in(await guarded_browser.get("/sign-in"))
    guarded_browser.cookies.clear()
    forged = await guarded_browser.post("/sign-in", data={**form, "form_token": token})
    assert forged.status_code == httpx.codes.FORBIDDEN
    assert "load its page again" in forged.text
    assert not guarded_browser.cookies


async def test_a_form_of_another_origin_is_refused(guarded_browser: httpx.AsyncClient) -> None:
    token = token_in(await guarded_browser.get("/sign-in"))
    answer = await guarded_browser.post(
        "/sign-in", data={"form_token": token}, headers={"Origin": "https://elsewhere.example"}
    )

    assert answer.status_code == httpx.codes.FORBIDDEN
    assert answer.headers["Content-Type"].startswith("text/html")
