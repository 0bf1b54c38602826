"""Keys as an administrator makes, rotates and revokes them at a browser."""

import re
from typing import Any

import httpx
from support.access import bearer
from support.polling import eventually

from .conftest import Send, audited
from .test_pages import HOSTILE

JSON = {"Accept": "application/json"}


def key_on(page: httpx.Response) -> str:
    found = re.search(r"<code>(cat_\w+)</code></pre>", page.text)
    assert found is not None, page.text
    return found[1]


async def all_keys(admin: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await admin.get("/v1/api-keys", headers=JSON)
    items: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
    return items


async def test_a_key_is_shown_once_works_until_it_is_revoked_and_its_life_is_in_the_audit(
    admin: httpx.AsyncClient, send_guarded: Send
) -> None:
    made = await send_guarded("/keys", name="scraper", scopes=["read", "events:write"])
    assert made.headers["Cache-Control"] == "no-store"
    first = key_on(made)
    [key] = await all_keys(admin)
    assert (key["name"], key["scopes"]) == ("scraper", ["events:write", "read"])
    path = f"/keys/{key['id']}"
    for page in (await admin.get("/keys"), await admin.get(path)):
        assert "scraper" in page.text
        assert first not in page.text

    async with httpx.AsyncClient(base_url=admin.base_url, headers=JSON) as program:

        async def status(text: str) -> int:
            return (await program.get("/v1/models", headers=bearer(text))).status_code

        assert await status(first) == httpx.codes.OK
        rotated = await send_guarded(f"{path}/rotate", overlap_hours="24")
        second = key_on(rotated)
        assert [await status(first), await status(second)] == [httpx.codes.OK, httpx.codes.OK]

        unsure = await send_guarded(f"{path}/revoke")
        assert unsure.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert (await all_keys(admin))[0]["is_active"]
        gone = await send_guarded(f"{path}/revoke", sure="yes")
        assert gone.headers["Location"] == path
        await eventually(lambda: status(second), lambda seen: seen == httpx.codes.UNAUTHORIZED, 10)

    assert "revoked" in (await admin.get(path)).text
    assert await audited(admin, "api-keys") == [
        ("delete", key["id"]),
        ("rotate", key["id"]),
        ("create", key["id"]),
    ]


async def test_a_key_works_to_the_end_of_its_last_day(admin: httpx.AsyncClient, send_guarded: Send) -> None:
    assert (await send_guarded("/keys", name="k", scopes="read", expires_at="2099-12-31")).is_success
    [key] = await all_keys(admin)
    assert key["expires_at"] == "2100-01-01T00:00:00Z"

    over = await send_guarded("/keys", name="k", scopes="read", expires_at="2020-01-01")
    assert over.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "is over already" in over.text
    for wrong in ({"expires_at": "soon"}, {"expires_at": "9999-12-31"}, {"scopes": "everything"}):
        refused = await send_guarded("/keys", **{"name": "k", "scopes": "read"} | wrong)
        assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert len(await all_keys(admin)) == 1


async def test_what_a_key_is_called_is_text(admin: httpx.AsyncClient, send_guarded: Send) -> None:
    made = await send_guarded("/keys", name=HOSTILE, scopes="read")
    [key] = await all_keys(admin)

    for page in (made, await admin.get("/keys"), await admin.get(f"/keys/{key['id']}")):
        assert page.is_success
        assert "&lt;script&gt;" in page.text
        assert "<script>alert" not in page.text


async def test_keys_are_shown_by_whether_they_are_revoked(
    admin: httpx.AsyncClient, send_guarded: Send
) -> None:
    for name in ("kept", "lost"):
        await send_guarded("/keys", name=name, scopes="read")
    lost = (await all_keys(admin))[0]["id"]
    await send_guarded(f"/keys/{lost}/revoke", sure="yes")

    active, revoked = [await admin.get(f"/keys?is_active={each}") for each in ("true", "false")]
    assert (">kept</a>" in active.text, ">lost</a>" in active.text) == (True, False)
    assert (">kept</a>" in revoked.text, ">lost</a>" in revoked.text) == (False, True)
