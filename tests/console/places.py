"""Where in the sample there is something to see."""

from urllib.parse import quote

import httpx
from support.sample.events import TO_DO

Places = dict[str, str]
"""By the names that `console.pages.VISITS` has in braces."""


async def find_places(api: httpx.AsyncClient) -> Places:
    async def first(path: str, **query: str) -> dict[str, str]:
        items = (await api.get(path, params={"limit": "1", **query})).raise_for_status().json()["items"]
        found: dict[str, str] = items[0]
        return found

    opinion, letter = await first("/v1/opinions"), await first("/v1/dead-letters", reason="undecodable")
    result = await first("/v1/results", model=opinion["model"])
    tasks = (await api.get("/v1/tasks")).json()["items"]
    task = next(each for each in tasks if each["title"] == TO_DO[-1]["title"])
    return {
        "model": opinion["model"],
        "benchmark": result["benchmark"],
        "event": opinion["event_id"],
        "letter": str(letter["id"]),
        "task": task["id"],
        "waiting": (await first("/v1/unresolved-names", kind="model"))["name"],
    }


def at(places: Places, template: str) -> str:
    """The address of a page there."""
    return template.format(**{name: quote(place, safe="/") for name, place in places.items()})
