from typing import Annotated

from fastapi import APIRouter, Query

from catalogue_api.catalogue.claims import ClaimQuery, Claims, list_claims
from catalogue_api.resources import Database

router = APIRouter(prefix="/v1/claims", tags=["results"])


@router.get("", summary="All that is claimed of a model on a benchmark, side by side")
async def get_claims(db: Database, query: Annotated[ClaimQuery, Query()]) -> Claims:
    """The results that stand, of each date and variant, and where two of them cannot both be right."""
    return await list_claims(db, query)
