"""Accounts as an administrator keeps them at a browser."""

from typing import Any

import httpx
import pytest
from support.access import PASSWORD
from support.polling import eventually

from .conftest import Send, audited
from .test_pages import HOSTILE

JSON = {"Accept": "application/json"}
ADA = {"email": "ada@example.org", "name": "Ada"}


async def found(admin: httpx.AsyncClient, email: str) -> dict[str, Any]:
    users = (await admin.get("/v1/users", headers=JSON)).raise_for_status().json()["items"]
    [user] = [each for each in users if each["email"] == email]
    return dict(user)


async def sign_in(client: httpx.AsyncClient, password: str = PASSWORD) -> httpx.Response:
    """From a browser of their own."""
    async with httpx.AsyncClient(base_url=client.base_url) as other:
        return await other.post("/v1/sessions", json={"email": ADA["email"], "password": password})


async def test_an_account_is_made_changed_closed_and_opened_again(
    admin: httpx.AsyncClient, send_guarded: Send
) -> None:
    made = await send_guarded("/users", **ADA, role="producer", password=PASSWORD)
    user = await found(admin, ADA["email"])
    path = f"/users/{user['id']}"
    assert made.headers["Location"] == path
    assert "Ada has an account." in (await admin.get(path)).text
    assert (await sign_in(admin)).is_success

    assert (await send_guarded(path, name="Ada L", role="editor")).headers["Location"] == path
    assert {**await found(admin, ADA["email"])} | {"updated_at": ""} == user | {
        "name": "Ada L",
        "role": "editor",
        "updated_at": "",
    }
    assert (await send_guarded(f"{path}/close")).status_code == httpx.codes.UNPROCESSABLE_ENTITY
    await send_guarded(f"{path}/close", sure="yes")
    assert (await sign_in(admin)).status_code == httpx.codes.UNAUTHORIZED
    assert "closed" in (await admin.get("/users?is_active=false")).text
    await send_guarded(path, is_active="true")
    assert (await sign_in(admin)).is_success

    changes = [("change", user["id"])] * 3
    assert await audited(admin, "users") == [*changes, ("create", user["id"])]


async def test_who_lost_a_password_gets_another_and_is_signed_out(
    admin: httpx.AsyncClient, send_guarded: Send
) -> None:
    await send_guarded("/users", **ADA, password=PASSWORD)
    path = f"/users/{(await found(admin, ADA['email']))['id']}"
    before = await sign_in(admin)
    assert (await send_guarded(path, password="too short")).status_code == httpx.codes.UNPROCESSABLE_ENTITY
    await send_guarded(path, password="another horse battery")

    assert (await sign_in(admin)).status_code == httpx.codes.UNAUTHORIZED
    assert (await sign_in(admin, "another horse battery")).is_success
    async with httpx.AsyncClient(base_url=admin.base_url, cookies=before.cookies) as other:
        await eventually(
            lambda: other.get("/v1/users/me"), lambda seen: seen.status_code == httpx.codes.UNAUTHORIZED, 10
        )


@pytest.mark.usefixtures("admin")
async def test_an_address_has_one_account(send_guarded: Send) -> None:
    await send_guarded("/users", **ADA)
    again = await send_guarded("/users", **ADA)

    assert again.status_code == httpx.codes.CONFLICT
    assert "There is an account for ada@example.org already" in again.text


async def test_what_somebody_is_called_is_text(admin: httpx.AsyncClient, send_guarded: Send) -> None:
    await send_guarded("/users", email=ADA["email"], name=HOSTILE)
    path = f"/users/{(await found(admin, ADA['email']))['id']}"

    for page in (await admin.get("/users"), await admin.get(path)):
        assert "&lt;script&gt;" in page.text
        assert "<script>alert" not in page.text
