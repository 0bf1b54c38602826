"""Names that events wait for, and one name on its way to a row."""

from typing import Annotated

from catalogue_schema.text import Name
from fastapi import Path, Query
from starlette.responses import Response

from catalogue_api.catalogue.aliases import AliasQuery, list_aliases, list_bare_name_sources
from catalogue_api.catalogue.reported import Kind, read_name
from catalogue_api.catalogue.unresolved import UnresolvedQuery, list_unresolved
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database

LATELY = 10

router = page_router()


@router.get("/unresolved")
async def unresolved(db: Database, console: Console, asked: Annotated[UnresolvedQuery, Query()]) -> Response:
    return console.page(
        "unresolved.html",
        names=await list_unresolved(db, asked),
        asked=asked,
        aliases=(await list_aliases(db, AliasQuery(limit=LATELY))).items,
        sources=await list_bare_name_sources(db),
    )


# The name as it was reported, which need not be composed as the catalogue's are.
@router.get("/unresolved/{kind}/{name:path}")
async def unresolved_name(
    db: Database, console: Console, kind: Kind, name: Annotated[Name, Path()]
) -> Response:
    return console.page("unresolved-name.html", name=await read_name(db, kind, name))
