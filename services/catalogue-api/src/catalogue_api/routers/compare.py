from typing import Annotated

from fastapi import APIRouter, Query

from catalogue_api.catalogue.compare import CompareQuery, Comparison, compare
from catalogue_api.resources import Database

router = APIRouter(prefix="/v1/compare", tags=["models"])


@router.get("", summary="Two to five models side by side")
async def get_comparison(db: Database, query: Annotated[CompareQuery, Query()]) -> Comparison:
    """What they are and cost, the benchmarks that they share, and what is said of them by month."""
    return await compare(db, query)
