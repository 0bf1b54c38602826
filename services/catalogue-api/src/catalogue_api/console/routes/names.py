"""What a name can be made: an alias, or a model or benchmark of its own."""

from typing import Annotated

from catalogue_schema.tables import AliasCreate, AliasResponse, Benchmark, BenchmarkCreate, ModelCreate
from catalogue_schema.text import Name, ShortText
from fastapi import Depends, Query
from pydantic import BaseModel
from starlette.responses import Response

from catalogue_api.catalogue import named
from catalogue_api.catalogue.aliases import (
    allow_bare_names,
    create_alias,
    forbid_bare_names,
    read_alias,
    remove_alias,
)
from catalogue_api.catalogue.benchmarks import BenchmarkQuery, list_benchmarks
from catalogue_api.catalogue.models import ModelQuery, list_models
from catalogue_api.catalogue.reported import Kind
from catalogue_api.catalogue.tags import create_model
from catalogue_api.console.formats import path_of
from catalogue_api.console.forms import Button, form_of
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import IdPath

OFFERED = 20
"""Names that are offered for a part of one."""

router = page_router()

Waiting = Annotated[Name | None, Query()]
"""The name that events wait for, which the page goes on with."""


class Source(BaseModel):
    source: ShortText


@router.get("/names/{kind}")
async def names_like(
    db: Database, console: Console, kind: Kind, name: Annotated[ShortText | None, Query()] = None
) -> Response:
    """What a search field offers."""
    if kind == "model":
        models = await list_models(db, ModelQuery(q=name, limit=OFFERED))
        names = [each.name for each in models.items]
    else:
        benchmarks = await list_benchmarks(db, BenchmarkQuery(q=name, limit=OFFERED))
        names = [each.name for each in benchmarks.items]
    return console.page("_options.html", names=names)


@router.post("/aliases")
async def make_alias(
    db: Database, console: Console, new: Annotated[AliasCreate, Depends(form_of(AliasCreate))]
) -> Response:
    who = new.confirmed_by or console.principal.name
    made = await create_alias(db, new.model_copy(update={"confirmed_by": who}))
    console.about(made.id)
    return console.go_to(
        _page_of(made),
        f"{made.alias} is {made.name} from now on, and what waited for it goes on.",
    )


@router.post("/aliases/{alias_id}/delete")
async def delete_alias(
    db: Database, console: Console, alias_id: IdPath, _: Annotated[Button, Depends(form_of(Button))]
) -> Response:
    alias = await read_alias(db, alias_id)
    await remove_alias(db, alias_id)
    return console.go_to(
        _page_of(alias),
        f"{alias.alias} is no alias now. What was recorded under it stays; what comes next waits.",
    )


@router.post("/models")
async def make_model(
    db: Database,
    console: Console,
    new: Annotated[ModelCreate, Depends(form_of(ModelCreate))],
    waiting: Waiting = None,
) -> Response:
    made = await create_model(db, new)
    console.about(made.name)
    path = path_of("unresolved/model", waiting) if waiting else path_of("models", made.name)
    return console.go_to(path, f"{made.name} is in the catalogue.")


@router.post("/benchmarks")
async def make_benchmark(
    db: Database,
    console: Console,
    new: Annotated[BenchmarkCreate, Depends(form_of(BenchmarkCreate))],
    waiting: Waiting = None,
) -> Response:
    made = await named.create(db, Benchmark(**new.model_dump()))
    console.about(made.name)
    path = path_of("unresolved/benchmark", waiting) if waiting else path_of("benchmarks", made.name)
    return console.go_to(path, f"{made.name} is in the catalogue.")


@router.post("/bare-name-sources")
async def allow_source(
    db: Database,
    console: Console,
    form: Annotated[Source, Depends(form_of(Source))],
    waiting: Waiting = None,
) -> Response:
    await allow_bare_names(db, form.source)
    console.about(form.source)
    path = path_of("unresolved/model", waiting) if waiting else "/unresolved"
    return console.go_to(path, f"Names without an organisation count from {form.source} from now on.")


@router.post("/bare-name-sources/delete")
async def forbid_source(
    db: Database, console: Console, form: Annotated[Source, Depends(form_of(Source))]
) -> Response:
    await forbid_bare_names(db, form.source)
    console.about(form.source)
    return console.go_to(
        "/unresolved",
        f"Names without an organisation from {form.source} wait from now on; aliases made meanwhile stay.",
    )


def _page_of(alias: AliasResponse) -> str:
    return "/unresolved" if alias.kind == "organization" else path_of("unresolved", alias.kind, alias.alias)
