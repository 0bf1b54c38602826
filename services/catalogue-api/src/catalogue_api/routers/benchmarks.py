from typing import Annotated

from catalogue_schema.tables import Benchmark, BenchmarkCreate, BenchmarkResponse, BenchmarkUpdate
from fastapi import APIRouter, Depends, Query, Response

from catalogue_api.catalogue import named
from catalogue_api.catalogue.benchmarks import (
    BenchmarkDetail,
    BenchmarkQuery,
    describe_benchmark,
    list_benchmarks,
)
from catalogue_api.catalogue.paging import Page
from catalogue_api.catalogue.upsert import Imported, upsert
from catalogue_api.http.bodies import JsonRoute
from catalogue_api.http.items import Batch
from catalogue_api.http.versions import Seen, entity_tag
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import NamePath, location, ndjson_body, records

router = APIRouter(prefix="/v1/benchmarks", tags=["benchmarks"], route_class=JsonRoute)

Records = Annotated[Batch[BenchmarkCreate], Depends(records(BenchmarkCreate))]


@router.post("", status_code=201, summary="Create a benchmark")
async def create_benchmark(db: Database, new: BenchmarkCreate, response: Response) -> BenchmarkResponse:
    """409 where the name is taken. Names are matched exactly, case included."""
    row = await named.create(db, Benchmark(**new.model_dump()))
    response.headers["Location"] = location("benchmarks", row.name)
    return BenchmarkResponse.model_validate(row.model_dump())


@router.post(
    "/import", summary="Create and replace benchmarks by name", openapi_extra=ndjson_body(BenchmarkCreate)
)
async def import_benchmarks(batch: Records, db: Database) -> Imported:
    """One benchmark a line, whole: a field that is left out becomes null. A line whose name an earlier line
    had is rejected. What is as it was is not touched, so the same import again changes nothing.
    """
    return await upsert(db, Benchmark, batch)


@router.get("", summary="List benchmarks by name")
async def get_benchmarks(db: Database, query: Annotated[BenchmarkQuery, Query()]) -> Page[BenchmarkResponse]:
    return await list_benchmarks(db, query)


@router.get("/{name:path}", summary="A benchmark, with its counts")
async def get_benchmark(db: Database, name: NamePath, response: Response) -> BenchmarkDetail:
    found = await describe_benchmark(db, name)
    response.headers["ETag"] = entity_tag(found.updated_at)
    return found


@router.patch("/{name:path}", summary="Change some of a benchmark's fields")
async def patch_benchmark(
    db: Database, name: NamePath, changes: BenchmarkUpdate, seen: Seen, response: Response
) -> BenchmarkResponse:
    """A field that is left out stays as it is; null clears it. A new name is taken, or 409."""
    row = await named.change(db, Benchmark, name, changes.model_dump(exclude_unset=True), seen)
    response.headers["ETag"] = entity_tag(row.updated_at)
    return BenchmarkResponse.model_validate(row.model_dump())


@router.delete("/{name:path}", status_code=204, summary="Delete a benchmark and its results")
async def delete_benchmark(db: Database, name: NamePath) -> None:
    await named.remove(db, Benchmark, name)
