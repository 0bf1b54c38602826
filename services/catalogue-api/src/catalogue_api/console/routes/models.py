from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from catalogue_api.catalogue.models import ModelQuery, list_models
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database

router = page_router()


@router.get("/models")
async def models(db: Database, console: Console, asked: Annotated[ModelQuery, Query()]) -> Response:
    return console.page("models.html", models=await list_models(db, asked), asked=asked)
