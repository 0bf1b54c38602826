from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from catalogue_api.catalogue import choices
from catalogue_api.catalogue.opinions import OpinionQuery, list_opinions, read_opinion
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import IdPath

router = page_router()


@router.get("/opinions")
async def opinions(db: Database, console: Console, asked: Annotated[OpinionQuery, Query()]) -> Response:
    return console.page(
        "opinions.html",
        opinions=await list_opinions(db, asked),
        asked=asked,
        models=await choices.models(db),
    )


@router.get("/opinions/{opinion_id}")
async def opinion(db: Database, console: Console, opinion_id: IdPath) -> Response:
    return console.page("opinion.html", opinion=await read_opinion(db, opinion_id))
