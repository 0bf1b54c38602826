"""What each page promises, at each width and in each colour that it is looked at in."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from catalogue_api.access.admission import COOKIE
from catalogue_schema.tables.users import Role
from support.system import System

from console.conftest import SignIn, answer_time
from console.pages import PARTS, VISITS, Visit, routes
from console.places import Places, at
from console.seeing import LOOKS, Look, Seen, see

SeePage = Callable[[Visit, Look], Awaitable[Seen]]

each_page = pytest.mark.parametrize("visit", VISITS.values(), ids=VISITS.keys())
each_look = pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
DARK, PHONE = LOOKS[1], LOOKS[2]


@pytest.fixture(scope="session")
async def seeing(system: System, places: Places, sign_in: SignIn) -> SeePage:
    known: dict[tuple[str, str], Seen] = {}

    async def once(visit: Visit, look: Look) -> Seen:
        if (visit.path, look.name) not in known:
            context = await sign_in("admin", look)
            name = re.sub(r"[^a-z]+", "-", visit.path.partition("?")[0]).strip("-") or "home"
            known[visit.path, look.name] = await see(
                context, look, system.api_url + at(places, visit.path), name
            )
            await context.close()
        return known[visit.path, look.name]

    return once


def test_each_page_is_looked_at() -> None:
    assert VISITS.keys() | PARTS == routes()


@each_look
@each_page
async def test_a_page_is_there_under_its_title(
    seeing: SeePage, places: Places, visit: Visit, look: Look
) -> None:
    seen = await seeing(visit, look)

    assert seen.status == httpx.codes.OK
    assert seen.title.startswith(visit.title.format(**places))


@each_look
@each_page
async def test_a_page_runs_without_an_error_and_asks_nobody_else(
    seeing: SeePage, visit: Visit, look: Look
) -> None:
    """No exception, no dialog, nothing that its policy forbids, no request to another place."""
    assert (await seeing(visit, look)).complaints == []


@each_look
@each_page
async def test_axe_finds_nothing_serious(seeing: SeePage, visit: Visit, look: Look) -> None:
    assert (await seeing(visit, look)).violations == []


@each_look
@each_page
async def test_a_page_never_scrolls_sideways(seeing: SeePage, visit: Visit, look: Look) -> None:
    assert (await seeing(visit, look)).over == 0


@each_look
@each_page
async def test_nothing_moves_while_it_loads_or_is_renewed(seeing: SeePage, visit: Visit, look: Look) -> None:
    assert (await seeing(visit, look)).shift < 0.01


@each_page
async def test_a_page_is_dark_where_the_system_is(seeing: SeePage, visit: Visit) -> None:
    dark, light = await seeing(visit, DARK), await seeing(visit, LOOKS[0])

    assert _brightness(dark.paper) < 50 < 200 < _brightness(dark.ink)
    assert _brightness(light.ink) < 50 < 200 < _brightness(light.paper)


@each_page
async def test_a_page_is_little_to_load(seeing: SeePage, visit: Visit) -> None:
    assert 0 < sum((await seeing(visit, PHONE)).loaded.values()) < 200_000


async def test_what_pages_share_is_little_too(seeing: SeePage) -> None:
    loaded = [(await seeing(visit, PHONE)).loaded for visit in VISITS.values()]
    assets = {url: size for each in loaded for url, size in each.items() if "/static/" in url}

    assert len(assets) >= 3
    assert sum(assets.values()) < 100_000


@each_page
async def test_headings_come_in_order_and_tables_say_what_their_heads_are_of(
    seeing: SeePage, visit: Visit
) -> None:
    seen = await seeing(visit, LOOKS[0])

    assert seen.headings.count(1) == 1
    assert seen.headings[0] == 1
    assert all(later <= former + 1 for former, later in zip(seen.headings, seen.headings[1:], strict=False))
    assert seen.unnamed == []
    assert seen.ordered == 0, "a tabindex above 0 jumps out of the order in which one reads"


@each_page
async def test_a_page_answers(
    system: System,
    places: Places,
    tokens: Callable[[Role], Awaitable[str]],
    times: dict[str, float],
    visit: Visit,
) -> None:
    """How fast is told at the run's end, not judged: machines differ, and this one is doing all of it."""
    headers, cookies = {"Accept": "text/html"}, {COOKIE: await tokens("admin")}
    async with httpx.AsyncClient(base_url=system.api_url, headers=headers, cookies=cookies) as client:
        times[visit.path] = await answer_time(client, at(places, visit.path))


def _brightness(colour: str) -> float:
    """From 0 to 255."""
    red, green, blue = (int(part) for part in re.findall(r"\d+", colour)[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
