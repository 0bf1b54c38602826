"""What leads to the pages: for whom, and where one is."""

from collections.abc import Sequence
from typing import NamedTuple

from catalogue_schema.tables.api_keys import Scope

from catalogue_api.access.principals import Principal


class Link(NamedTuple):
    """`others` are paths of pages that one comes to by way of its own."""

    path: str
    name: str
    others: Sequence[str] = ()


class Section(NamedTuple):
    """`scope` is what somebody needs to be shown it, None nothing."""

    name: str
    scope: Scope | None
    links: Sequence[Link]


class Shown(NamedTuple):
    name: str
    links: Sequence[Link]
    current: str | None
    """The path of the link that leads here, or to what is above it."""


SECTIONS = (
    Section(
        "Catalogue",
        None,
        (
            Link("/models", "Models"),
            Link("/benchmarks", "Benchmarks", ("/leads", "/claims")),
            Link("/compare", "Compare"),
            Link("/value", "Cost and quality"),
            Link("/agreement", "Scores and opinions"),
            Link("/opinions", "Opinions"),
        ),
    ),
    Section(
        "Review",
        "read",
        (
            Link("/unresolved", "Unresolved names"),
            Link("/dead-letters", "Dead letters"),
            Link("/tasks", "Tasks"),
        ),
    ),
    Section(
        "Operate",
        "read",
        (Link("/live", "Live events"), Link("/events", "An event's way"), Link("/pipeline", "Pipeline")),
    ),
    Section("Administer", "admin", (Link("/keys", "Keys"), Link("/users", "Users"), Link("/audit", "Audit"))),
)


def navigation(principal: Principal, path: str) -> list[Shown]:
    may_see = (each for each in SECTIONS if each.scope is None or each.scope in principal.scopes)
    return [
        Shown(
            each.name,
            each.links,
            next((link.path for link in each.links if _leads_to(link, path)), None),
        )
        for each in may_see
    ]


def _leads_to(link: Link, path: str) -> bool:
    return any(path == above or path.startswith(f"{above}/") for above in (link.path, *link.others))
