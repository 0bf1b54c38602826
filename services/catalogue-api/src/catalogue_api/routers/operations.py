from typing import Any

from catalogue_schema.asyncapi import asyncapi_document
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from catalogue_api.health import Readiness
from catalogue_api.resources import Resources

router = APIRouter(tags=["operations"])


@router.get("/asyncapi.json", summary="The topics, as an AsyncAPI document")
async def asyncapi(request: Request, resources: Resources) -> dict[str, Any]:
    return asyncapi_document(request.app.version, resources.kafka.topic_prefix)


@router.get("/livez", summary="Whether the process answers")
async def livez() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz", summary="Whether events can be taken", responses={503: {"model": Readiness}})
async def readyz(resources: Resources, response: Response) -> Readiness:
    """Without Kafka 503. Without the database 200 all the same: events are taken, reads are not answered."""
    readiness = await resources.health.readiness()
    if readiness.status != "ok":
        response.status_code = 503
    return readiness


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
