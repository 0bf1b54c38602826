from fastapi import APIRouter

from catalogue_api.pipeline.picture import Picture
from catalogue_api.resources import Resources

router = APIRouter(tags=["operations"])


@router.get("/v1/pipeline", summary="The pipeline: its parts, their health, and what flows between them")
async def get_pipeline(resources: Resources) -> Picture:
    """Up to two seconds old. Rates are of what this process of the API saw in the last minute, while somebody
    asked: ask again after some seconds. Where Kafka or the database is away, its part says so, and the rest
    is there.
    """
    return await resources.pipeline.picture()
