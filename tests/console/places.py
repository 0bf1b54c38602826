"""Where in the sample there is something to see."""

from urllib.parse import quote

import httpx
from support.sample.catalogue import Json
from support.sample.events import KEYS, PEOPLE, TO_DO

Places = dict[str, str]
"""By the names that `console.pages.VISITS` has in braces."""


async def find_places(api: httpx.AsyncClient) -> Places:
    async def items(path: str, **query: str) -> list[Json]:
        answer = (await api.get(path, params={"limit": "200", **query})).raise_for_status().json()
        found: list[Json] = answer["items"]
        return found

    used = sorted({each["model"] for each in await items("/v1/use-cases")})
    lists = ("opinions", "model-prices", "results")
    known = {model: [await items(f"/v1/{each}", model=model) for each in lists] for model in used[:20]}
    model = next(model for model, found in known.items() if all(found))
    opinion, _, result = (rows[0] for rows in known[model])
    ranked = await items(f"/v1/rankings/{quote(result['benchmark'])}")
    return {
        "model": model,
        "benchmark": result["benchmark"],
        "rival": next(each["model"] for each in ranked if each["model"] != model),
        "opinion": str(opinion["id"]),
        "event": opinion["event_id"],
        "letter": str((await items("/v1/dead-letters", reason="undecodable"))[0]["id"]),
        "task": _id(await items("/v1/tasks"), "title", TO_DO[-1]),
        "key": _id(await items("/v1/api-keys"), "name", KEYS[-1]),
        "user": _id(await items("/v1/users"), "name", PEOPLE[-1]),
        "waiting": (await items("/v1/unresolved-names", kind="model"))[0]["name"],
    }


def _id(rows: list[Json], name: str, wanted: Json) -> str:
    return next(str(row["id"]) for row in rows if row[name] == wanted[name])


def at(places: Places, template: str) -> str:
    """The address of a page there."""
    return template.format(**{name: quote(place, safe="/") for name, place in places.items()})
