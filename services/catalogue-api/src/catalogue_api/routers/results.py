from typing import Annotated

from catalogue_schema.tables import BenchmarkResultResponse
from fastapi import APIRouter, Query

from catalogue_api.catalogue.paging import Page
from catalogue_api.catalogue.results import ResultQuery, list_results, read_result
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import IdPath

router = APIRouter(prefix="/v1/results", tags=["results"])


@router.get("", summary="List results, newest first")
async def get_results(db: Database, query: Annotated[ResultQuery, Query()]) -> Page[BenchmarkResultResponse]:
    return await list_results(db, query)


@router.get("/{result_id}", summary="A result")
async def get_result(db: Database, result_id: IdPath) -> BenchmarkResultResponse:
    return await read_result(db, result_id)
