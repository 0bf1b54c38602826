from typing import Annotated

from catalogue_schema.tables import OpinionResponse
from fastapi import APIRouter, Query

from catalogue_api.catalogue.opinions import OpinionQuery, list_opinions, read_opinion
from catalogue_api.catalogue.paging import ListQuery, Page
from catalogue_api.catalogue.sentiment import Months, sentiment_of
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import IdPath, NamePath

router = APIRouter(tags=["opinions"])


@router.get("/v1/opinions", summary="List opinions, newest first")
async def get_opinions(db: Database, query: Annotated[OpinionQuery, Query()]) -> Page[OpinionResponse]:
    """With `q` a page is what was found among some of the newest opinions, or of those before the cursor, and
    may have few items or none: go on with `next_cursor` until that is null.
    """
    return await list_opinions(db, query)


@router.get("/v1/opinions/{opinion_id}", summary="An opinion")
async def get_opinion(db: Database, opinion_id: IdPath) -> OpinionResponse:
    return await read_opinion(db, opinion_id)


@router.get("/v1/sentiment/{model:path}", summary="What is said of a model, by month, the latest first")
async def get_sentiment(db: Database, model: NamePath, query: Annotated[ListQuery, Query()]) -> Months:
    """By the month in which opinions were published or, where that is not known, came."""
    return await sentiment_of(db, model, query)
