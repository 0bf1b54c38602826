from typing import Annotated

from catalogue_schema.tables import ModelPriceCreate, ModelPriceResponse
from fastapi import APIRouter, Depends, Query

from catalogue_api.catalogue.paging import Page
from catalogue_api.catalogue.prices import PriceQuery, import_prices, list_prices
from catalogue_api.catalogue.upsert import Imported
from catalogue_api.http.bodies import JsonRoute
from catalogue_api.http.items import Batch, validated
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import lines, ndjson_body

router = APIRouter(prefix="/v1/model-prices", tags=["models"], route_class=JsonRoute)

Lines = Annotated[Batch[ModelPriceCreate], Depends(lines(lambda value: validated(ModelPriceCreate, value)))]


@router.post("", summary="Append prices of models", openapi_extra=ndjson_body(ModelPriceCreate))
async def post_prices(batch: Lines, db: Database) -> Imported:
    """One price a line, per million tokens; a model's aliases count. What is there already is unchanged;
    another price for a day that has one is rejected, since prices stay.
    """
    return await import_prices(db, batch)


@router.get("", summary="List prices, newest first")
async def get_prices(db: Database, query: Annotated[PriceQuery, Query()]) -> Page[ModelPriceResponse]:
    return await list_prices(db, query)
