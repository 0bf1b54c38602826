"""What was taken back, and why."""

from catalogue_schema.tables import Retraction, RetractionResponse
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.http.problems import NotFound


async def read_retraction(db: AsyncSession, retraction_id: int) -> RetractionResponse:
    """Raises NotFound."""
    row = await db.get(Retraction, retraction_id)
    if row is None:
        raise NotFound(f"There is no retraction {retraction_id}; the receipt of its event says where it is.")
    return RetractionResponse.model_validate(row)
