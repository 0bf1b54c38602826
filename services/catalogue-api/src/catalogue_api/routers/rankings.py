from typing import Annotated

from fastapi import APIRouter, Query

from catalogue_api.catalogue.leads import LeadQuery, Leads, list_leads
from catalogue_api.catalogue.paging import Page
from catalogue_api.catalogue.ranking import Ranked, RankingQuery, rank_models
from catalogue_api.catalogue.value import ValueQuery, Values, find_value
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import NamePath

router = APIRouter(tags=["rankings"])


@router.get(
    "/v1/rankings/{benchmark:path}", summary="Models by their latest score on a benchmark, the best first"
)
async def get_ranking(
    db: Database, benchmark: NamePath, query: Annotated[RankingQuery, Query()]
) -> Page[Ranked]:
    """Of each model the most recently tested result counts. Equal scores share a rank."""
    return await rank_models(db, benchmark, query)


@router.get("/v1/value/{benchmark:path}", summary="Cost against quality on a benchmark, the cheapest first")
async def get_value(db: Database, benchmark: NamePath, query: Annotated[ValueQuery, Query()]) -> Values:
    """Each model's latest score beside the lowest price that any provider asks for it."""
    return await find_value(db, benchmark, query)


@router.get("/v1/leads/{benchmark:path}", summary="Who led a benchmark, and from when, the latest first")
async def get_leads(db: Database, benchmark: NamePath, query: Annotated[LeadQuery, Query()]) -> Leads:
    """On each day the result of each model counts that was its latest. Who is only as good takes no lead."""
    return await list_leads(db, benchmark, query)
