"""Dead letters: what they hold, and what a reviewer makes of them."""

import json
import re
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from catalogue_schema.tables.users import Role
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.letters import keep_letters, letter
from support.rows import rows

from .conftest import Send, SignIn, follow

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
async def letters(engine: AsyncEngine) -> dict[str, int]:
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO models (name, organization) VALUES ('lab/a', 'lab')"))
        await connection.execute(text("INSERT INTO benchmarks (name) VALUES ('b')"))
    kept = {
        "known": letter(model="lab/a", failed_at=datetime(2026, 3, 1, 12, tzinfo=UTC)),
        "unknown": letter(),
        "bytes": letter(event_id=None, reason="undecodable", value=b"\xff\x00A", key=b"\xfe", model=None),
        "hostile": letter(
            reason="invalid",
            model=HOSTILE,
            benchmark=HOSTILE,
            source=HOSTILE,
            detail=HOSTILE,
            value=json.dumps({"content": HOSTILE, "score": 1.10}).encode(),
            headers=[(HOSTILE, b64encode(HOSTILE.encode()).decode()), ("odd", b64encode(b"\xff").decode())],
            history=[
                {"attempt": 1, "reason": "undecodable", "detail": HOSTILE, "failed_at": "2026-01-01T00:00Z"}
            ],
            attempts=2,
        ),
        "recorded": letter(status="recorded"),
    }
    return dict(zip(kept, await keep_letters(engine, kept.values()), strict=True))


async def statuses(engine: AsyncEngine) -> dict[int, str]:
    return {row["id"]: row["status"] for row in await rows(engine, "SELECT id, status FROM dead_letters")}


def listed(page: httpx.Response) -> set[int]:
    return {int(found) for found in re.findall(r'<a href="/dead-letters/(\d+)">', page.text)}


async def test_letters_are_counted_by_reason_and_found_by_filters(
    browser: httpx.AsyncClient, letters: dict[str, int]
) -> None:
    everything = await browser.get("/dead-letters")
    assert listed(everything) == set(letters.values())
    assert 'href="/dead-letters?reason=unknown_model&amp;status=open">2</a>' in everything.text

    found = await browser.get("/dead-letters?reason=unknown_model&status=open&model=lab/a&benchmark=&topic=")
    assert listed(found) == {letters["known"]}
    assert "all 1 that match the filter" in found.text
    nothing = await browser.get("/dead-letters?model=nobody")
    assert "No dead letter is like that." in nothing.text


async def test_a_time_without_an_offset_is_utc(browser: httpx.AsyncClient, letters: dict[str, int]) -> None:
    found = await browser.get("/dead-letters?since=2026-03-01T11:59&until=2026-03-01T12:01")
    assert listed(found) == {letters["known"]}
    assert 'name="since" value="2026-03-01T11:59"' in found.text
    assert (
        await browser.get("/dead-letters?since=yesterday")
    ).status_code == httpx.codes.UNPROCESSABLE_ENTITY


async def test_letters_that_are_ticked_are_replayed(
    browser: httpx.AsyncClient, letters: dict[str, int], send: Send, engine: AsyncEngine
) -> None:
    chosen = [letters["known"], letters["hostile"], letters["recorded"]]
    page = await follow(
        browser, await send("/dead-letters/replay", ids=chosen, which="ticked", status="open")
    )

    assert "2 letters will be published again" in page.text
    after = await statuses(engine)
    assert [after[each] for each in chosen] == ["replaying", "replaying", "recorded"]
    assert "<option selected>open" in page.text  # at the list that one came from


async def test_a_letter_is_followed_while_it_is_on_its_way(
    browser: httpx.AsyncClient, letters: dict[str, int], send: Send, engine: AsyncEngine
) -> None:
    page = await follow(browser, await send("/dead-letters/replay", ids=letters["known"]))
    assert page.url.path == f"/dead-letters/{letters['known']}"
    assert 'hx-trigger="every 1s"' in page.text
    assert "Load again" in page.text
    assert 'action="/dead-letters/replay"' not in page.text

    async with engine.begin() as connection:
        await connection.execute(text("UPDATE dead_letters SET status = 'recorded'"))
    done = await browser.get(page.url.path)
    assert "Its event has become a row since." in done.text
    assert "hx-trigger" not in done.text
    again = await follow(browser, await send("/dead-letters/replay", ids=letters["known"]))
    assert "Nothing was to do" in again.text


async def test_a_whole_filter_is_asked_for_once_more(
    browser: httpx.AsyncClient, letters: dict[str, int], send: Send, engine: AsyncEngine
) -> None:
    form: dict[str, Any] = {"which": "all", "reason": "unknown_model", "ids": letters["bytes"]}
    before = await statuses(engine)
    asked = await send("/dead-letters/replay", **form)
    assert "Replay 2 letters?" in asked.text
    assert await statuses(engine) == before

    hidden = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', asked.text.split("<h1>")[1])
    )
    assert hidden.items() >= {"which": "all", "reason": "unknown_model", "sure": "true"}.items()
    del hidden["ids"]
    assert "2 letters will" in (await follow(browser, await send("/dead-letters/replay", **hidden))).text
    changed = {each for each, status in (await statuses(engine)).items() if status != before[each]}
    assert changed == {letters["known"], letters["unknown"]}


async def test_a_try_says_what_would_become_of_each_and_does_nothing(
    letters: dict[str, int], send: Send, engine: AsyncEngine
) -> None:
    before = await statuses(engine)
    chosen = [letters["known"], letters["unknown"], letters["bytes"]]
    page = await send("/dead-letters/replay", ids=chosen, dry_run="true")

    for outcome in ("recorded", "unknown model", "undecodable"):
        assert f"<dt>{outcome}</dt><dd>1</dd>" in page.text
    assert listed(page) == set(chosen)
    assert await statuses(engine) == before


async def test_discarding_takes_a_note_and_a_replay_takes_it_back(
    browser: httpx.AsyncClient, letters: dict[str, int], send: Send, engine: AsyncEngine
) -> None:
    refused = await send("/dead-letters/discard", ids=letters["hostile"], note=" ")
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "note" in refused.text

    page = await follow(browser, await send("/dead-letters/discard", ids=letters["hostile"], note="a test's"))
    assert "It was given up." in page.text
    assert "a test&#39;s" in page.text
    await follow(browser, await send("/dead-letters/replay", ids=letters["hostile"]))
    assert (await statuses(engine))[letters["hostile"]] == "replaying"


async def test_nothing_that_is_ticked_is_nothing_done(
    letters: dict[str, int], send: Send, engine: AsyncEngine
) -> None:
    before = await statuses(engine)
    answer = await send("/dead-letters/replay", which="ticked", reason="invalid")
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "tick the letters that you mean" in answer.text
    assert letters
    assert await statuses(engine) == before


async def test_a_letter_shows_its_bytes_and_its_history_as_text(
    browser: httpx.AsyncClient, letters: dict[str, int]
) -> None:
    page = await browser.get(f"/dead-letters/{letters['hostile']}")
    assert "<script>alert" not in page.text
    assert page.text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 8
    assert "&#34;score&#34;: 1.1\n}" in page.text
    assert "&#34;score&#34;: 1.1}" in page.text
    assert ">ff</code>" in page.text

    raw = await browser.get(f"/dead-letters/{letters['bytes']}")
    assert "00000000  ff 00 41 " in raw.text
    assert "3 bytes as hexadecimal." in raw.text
    assert "<script>alert" not in (await browser.get("/dead-letters")).text
    assert (await browser.get("/dead-letters/999")).status_code == httpx.codes.NOT_FOUND


@pytest.mark.parametrize("role", ["reader", "reviewer"])
async def test_a_reader_may_look_and_a_reviewer_may_replay(
    guarded_browser: httpx.AsyncClient,
    sign_in_as: SignIn,
    send_guarded: Send,
    letters: dict[str, int],
    role: Role,
) -> None:
    await sign_in_as(role)
    may = role == "reviewer"
    for path in ("/dead-letters", f"/dead-letters/{letters['known']}"):
        page = await guarded_browser.get(path)
        assert page.is_success
        assert ("Replay</button>" in page.text) == may
    answer = await send_guarded("/dead-letters/replay", ids=letters["known"])
    assert answer.status_code == (httpx.codes.SEE_OTHER if may else httpx.codes.FORBIDDEN)


async def test_where_there_is_no_letter_the_page_says_so(browser: httpx.AsyncClient) -> None:
    assert "There is no dead letter." in (await browser.get("/dead-letters")).text
