from catalogue_schema.tables import RetractionResponse
from fastapi import APIRouter

from catalogue_api.catalogue.retractions import read_retraction
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import IdPath

router = APIRouter(prefix="/v1/retractions", tags=["events"])


@router.get("/{retraction_id}", summary="A retraction")
async def get_retraction(db: Database, retraction_id: IdPath) -> RetractionResponse:
    return await read_retraction(db, retraction_id)
