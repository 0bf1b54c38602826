from typing import Annotated

from fastapi import APIRouter, Query

from catalogue_api.catalogue.metrics import (
    MetricPut,
    MetricQuery,
    MetricResponse,
    list_metrics,
    put_metric,
    remove_metric,
)
from catalogue_api.catalogue.paging import Page
from catalogue_api.http.bodies import JsonRoute
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import IdPath

router = APIRouter(prefix="/v1/metrics", tags=["benchmarks"], route_class=JsonRoute)


@router.get("", summary="List metrics of benchmarks, newest first")
async def get_metrics(db: Database, query: Annotated[MetricQuery, Query()]) -> Page[MetricResponse]:
    return await list_metrics(db, query)


@router.put("", summary="Create or replace a metric of a benchmark")
async def create_or_replace_metric(db: Database, new: MetricPut) -> MetricResponse:
    """Results that are reported from now on are held to it: those in percent are converted where it is in
    fraction, and the other way; those out of its range, or in another unit, become dead letters. What stands
    already stays.
    """
    return await put_metric(db, new)


@router.delete("/{metric_id}", status_code=204, summary="Delete a metric; its results stay")
async def delete_metric(db: Database, metric_id: IdPath) -> None:
    await remove_metric(db, metric_id)
