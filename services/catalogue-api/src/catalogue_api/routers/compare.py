from typing import Annotated

from fastapi import APIRouter, Query

from catalogue_api.catalogue.agreement import AgreementQuery, Agreements, find_agreement
from catalogue_api.catalogue.compare import CompareQuery, Comparison, compare
from catalogue_api.resources import Database

router = APIRouter(tags=["models"])


@router.get("/v1/compare", summary="Two to five models side by side")
async def get_comparison(db: Database, query: Annotated[CompareQuery, Query()]) -> Comparison:
    """What they are and cost, the benchmarks that they share, and what is said of them by month."""
    return await compare(db, query)


@router.get("/v1/agreement", summary="Where benchmarks and people differ about a model")
async def get_agreement(db: Database, query: Annotated[AgreementQuery, Query()]) -> Agreements:
    """A model's percentile on the benchmarks of a category beside the share of positive opinions on it, each
    with an interval; the models where the two differ most come first.
    """
    return await find_agreement(db, query)
