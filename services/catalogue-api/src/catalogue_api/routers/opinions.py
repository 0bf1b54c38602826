from typing import Annotated

from catalogue_schema.tables import OpinionResponse
from fastapi import APIRouter, Query

from catalogue_api.catalogue.opinions import OpinionQuery, list_opinions, read_opinion
from catalogue_api.catalogue.paging import Page
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import IdPath

router = APIRouter(prefix="/v1/opinions", tags=["opinions"])


@router.get("", summary="List opinions, newest first")
async def get_opinions(db: Database, query: Annotated[OpinionQuery, Query()]) -> Page[OpinionResponse]:
    return await list_opinions(db, query)


@router.get("/{opinion_id}", summary="An opinion")
async def get_opinion(db: Database, opinion_id: IdPath) -> OpinionResponse:
    return await read_opinion(db, opinion_id)
