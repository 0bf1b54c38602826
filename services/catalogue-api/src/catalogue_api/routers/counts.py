from fastapi import APIRouter

from catalogue_api.catalogue.counts import CatalogueCounts, count_all
from catalogue_api.resources import Database

router = APIRouter(prefix="/v1/counts", tags=["catalogue"])


@router.get("", summary="How much there is")
async def get_counts(db: Database) -> CatalogueCounts:
    return await count_all(db)
