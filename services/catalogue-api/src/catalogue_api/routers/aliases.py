from typing import Annotated

from catalogue_schema.tables import AliasCreate, AliasResponse
from catalogue_schema.text import ShortText
from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel

from catalogue_api.catalogue.aliases import (
    AliasQuery,
    allow_bare_names,
    create_alias,
    forbid_bare_names,
    import_aliases,
    list_aliases,
    list_bare_name_sources,
    read_alias,
    remove_alias,
)
from catalogue_api.catalogue.paging import Page
from catalogue_api.catalogue.unresolved import UnresolvedName, UnresolvedQuery, list_unresolved
from catalogue_api.catalogue.upsert import Imported
from catalogue_api.http.bodies import JsonRoute
from catalogue_api.http.items import Batch, validated
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import IdPath, lines, ndjson_body

router = APIRouter(prefix="/v1", tags=["names"], route_class=JsonRoute)

Lines = Annotated[Batch[AliasCreate], Depends(lines(lambda value: validated(AliasCreate, value)))]
SourcePath = Annotated[ShortText, Path(description="As events name it")]


class BareNameSources(BaseModel):
    items: list[str]


@router.post("/aliases", status_code=201, summary="Give a model, benchmark or organisation another name")
async def post_alias(db: Database, new: AliasCreate, response: Response) -> AliasResponse:
    """Matched by its normal form: `GPT_4o` and `gpt-4o` are one. With a source it counts for what that one
    reports. Events that waited for it go on by themselves.

    422 where `name` is not known, 409 where the alias means something already.
    """
    created = await create_alias(db, new)
    response.headers["Location"] = f"/v1/aliases/{created.id}"
    return created


@router.post("/aliases/import", summary="Create and replace aliases", openapi_extra=ndjson_body(AliasCreate))
async def post_aliases(batch: Lines, db: Database) -> Imported:
    """One alias a line. A line that names what is not known is rejected; of two lines for one alias the
    last counts.
    """
    return await import_aliases(db, batch)


@router.get("/aliases", summary="List aliases, newest first")
async def get_aliases(db: Database, query: Annotated[AliasQuery, Query()]) -> Page[AliasResponse]:
    return await list_aliases(db, query)


@router.get("/aliases/{alias_id}", summary="An alias")
async def get_alias(db: Database, alias_id: IdPath) -> AliasResponse:
    return await read_alias(db, alias_id)


@router.delete("/aliases/{alias_id}", status_code=204, summary="Delete an alias")
async def delete_alias(db: Database, alias_id: IdPath) -> None:
    """What was recorded under it stays; what comes under it from now on waits."""
    await remove_alias(db, alias_id)


@router.get("/unresolved-names", summary="Names that events wait for, those with the most events first")
async def get_unresolved_names(
    db: Database, query: Annotated[UnresolvedQuery, Query()]
) -> Page[UnresolvedName]:
    """Make an alias, a model or a benchmark of one, and the events that wait for it go on by themselves."""
    return await list_unresolved(db, query)


@router.get("/bare-name-sources", summary="Sources whose names without an organisation are resolved")
async def get_bare_name_sources(db: Database) -> BareNameSources:
    return BareNameSources(items=await list_bare_name_sources(db))


@router.put("/bare-name-sources/{source:path}", status_code=204, summary="Resolve a source's bare names")
async def put_bare_name_source(db: Database, source: SourcePath) -> None:
    """Where one model alone has the name; it is pinned as an alias for this source when it is first used."""
    await allow_bare_names(db, source)


@router.delete("/bare-name-sources/{source:path}", status_code=204, summary="Resolve them no longer")
async def delete_bare_name_source(db: Database, source: SourcePath) -> None:
    """Aliases that were pinned meanwhile stay."""
    await forbid_bare_names(db, source)
