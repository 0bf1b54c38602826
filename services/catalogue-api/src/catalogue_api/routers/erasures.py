from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from catalogue_api.catalogue.paging import Page, PageQuery
from catalogue_api.http.bodies import JsonRoute
from catalogue_api.privacy.erasures import read
from catalogue_api.privacy.reports import ask_kafka, list_erasures, report
from catalogue_api.privacy.requests import ErasureReport, ErasureRequest
from catalogue_api.privacy.running import run_erasure
from catalogue_api.resources import Database, Resources

router = APIRouter(prefix="/v1/erasures", tags=["privacy"], route_class=JsonRoute)


@router.post("", summary="Erase somebody's data")
async def post_erasure(
    asked: ErasureRequest, resources: Resources, request: Request, response: Response
) -> ErasureReport:
    """By author, by event id (of any producer), or by source. What is there is deleted, dead letters
    included, and what comes again is not recorded; consumers are told which events to delete. The report says
    what stands on topics still, and until when.
    """
    return await run_erasure(resources, asked, request, response)


@router.get("", summary="List erasures, newest first")
async def get_erasures(
    db: Database, resources: Resources, query: Annotated[PageQuery, Query()]
) -> Page[ErasureReport]:
    return await list_erasures(db, query, await ask_kafka(resources.kafka))


@router.get("/{erasure_id}", summary="An erasure's report, as it is now")
async def get_erasure(erasure_id: UUID, db: Database, resources: Resources) -> ErasureReport:
    return await report(db, await read(db, erasure_id), await ask_kafka(resources.kafka))
