"""Where in the sample there is something to see."""

from urllib.parse import quote

import httpx

Places = dict[str, str]
"""By the names that `console.pages.VISITS` has in braces."""


async def find_places(api: httpx.AsyncClient) -> Places:
    async def first(path: str, **query: str) -> dict[str, str]:
        items = (await api.get(path, params={"limit": "1", **query})).raise_for_status().json()["items"]
        found: dict[str, str] = items[0]
        return found

    opinion, letter = await first("/v1/opinions"), await first("/v1/dead-letters", reason="undecodable")
    result = await first("/v1/results", model=opinion["model"])
    return {
        "model": opinion["model"],
        "benchmark": result["benchmark"],
        "event": opinion["event_id"],
        "letter": str(letter["id"]),
    }


def at(places: Places, template: str) -> str:
    """The address of a page there."""
    return template.format(**{name: quote(place, safe="/") for name, place in places.items()})
