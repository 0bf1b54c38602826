"""Who did what to what."""

from collections.abc import Mapping
from typing import Annotated, get_args

from catalogue_schema.tables.audit import Actor
from fastapi import Query
from starlette.responses import Response

from catalogue_api.access.actors import name_actors
from catalogue_api.access.auditing import AuditQuery, deed_of, list_audit
from catalogue_api.access.scopes import EVENTS, ROUTES
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database

PAGES: Mapping[str, str] = {
    "models": "models",
    "benchmarks": "benchmarks",
    "tasks": "tasks",
    "users": "users",
    "api-keys": "keys",
}
"""Where the page of one of a collection is."""
# What is submitted is no change of the catalogue's: an event says itself whose it is.
DEEDS = [
    deed_of(*route.split(" "))
    for route, access in ROUTES.items()
    if not route.startswith("GET ") and access is not EVENTS
]

router = page_router()


@router.get("/audit")
async def audit(db: Database, console: Console, asked: Annotated[AuditQuery, Query()]) -> Response:
    entries = await list_audit(db, asked)
    ids = {entry.actor_id for entry in entries.items if entry.actor_id is not None}
    return console.page(
        "audit.html",
        entries=entries,
        asked=asked,
        names=await name_actors(db, ids),
        pages=PAGES,
        actors=get_args(Actor),
        actions=sorted({deed.action for deed in DEEDS}),
        kinds=sorted({deed.kind for deed in DEEDS}),
    )
