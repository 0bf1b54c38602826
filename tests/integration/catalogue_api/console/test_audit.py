"""The audit as an administrator reads it at a browser."""

import httpx

from .conftest import Send
from .test_pages import HOSTILE


async def test_each_change_is_there_by_name_and_leads_to_what_it_was_about(
    admin: httpx.AsyncClient, send_guarded: Send
) -> None:
    await admin.post("/v1/models", json={"name": "lab/a", "organization": "lab"})
    await send_guarded("/keys", name="scraper", scopes="admin")
    page = await admin.get("/audit")

    assert page.text.index(">api-keys</a>") < page.text.index(">models</a>")  # the newest first
    assert '<a href="/models/lab/a">lab/a</a>' in page.text
    assert ">Test</a>" in page.text.partition("<tbody")[2]
    assert 'href="/keys/' in page.text


async def test_it_is_filtered_and_read_in_parts(admin: httpx.AsyncClient) -> None:
    for name in ("lab/a", "lab/b"):
        await admin.post("/v1/models", json={"name": name, "organization": "lab"})
    await admin.patch("/v1/models/lab/b", json={"license": "MIT"})

    some = await admin.get("/audit?action=create&kind=models&actor=&target=")
    rows = some.text.partition("<tbody")[2]
    assert (rows.count("<tr "), rows.count(">create</a>")) == (2, 2)
    first = await admin.get("/audit?limit=1&target=lab/b")
    assert 'rel="next"' in first.text
    assert "No change is like that." in (await admin.get("/audit?target=lab/c")).text


async def test_what_was_changed_is_called_as_text(admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/v1/models", json={"name": HOSTILE, "organization": "lab"})
    assert answer.is_success
    page = await admin.get("/audit")

    assert "&lt;script&gt;" in page.text
    assert "<script>alert" not in page.text
