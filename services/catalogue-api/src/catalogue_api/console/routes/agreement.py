from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from catalogue_api.catalogue import choices
from catalogue_api.catalogue.agreement import AgreementQuery, find_agreement
from catalogue_api.console.charts.agreement import scores_and_opinions
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database

TOLD = 4
"""Of the models that differ most, those that are told of in words."""

router = page_router()


@router.get("/agreement")
async def agreement(db: Database, console: Console, asked: Annotated[AgreementQuery, Query()]) -> Response:
    found = (await find_agreement(db, asked)).items
    return console.page(
        "agreement.html",
        agreements=found,
        outliers=found[:TOLD],
        chart=scores_and_opinions(found),
        asked=asked,
        categories=await choices.benchmark_categories(db),
    )
