from starlette.responses import Response

from catalogue_api.catalogue.counts import count_all
from catalogue_api.catalogue.feed import find_leaders, newest_models, newest_results, recently_measured
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database

SHOWN = 12

router = page_router()


@router.get("/")
async def home(db: Database, console: Console) -> Response:
    return console.page(
        "home.html",
        counts=await count_all(db),
        leaders=await find_leaders(db, await recently_measured(db, SHOWN)),
        results=await newest_results(db, SHOWN),
        models=await newest_models(db, SHOWN),
    )


@router.get("/counts")
async def counts(db: Database, console: Console) -> Response:
    """What the first page asks for again and again."""
    return console.page("_counts.html", counts=await count_all(db))
