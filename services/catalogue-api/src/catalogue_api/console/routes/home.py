from starlette.responses import Response

from catalogue_api.catalogue.feed import find_leaders, newest_models, newest_results
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database

SHOWN = 12

router = page_router()


@router.get("/")
async def home(db: Database, console: Console) -> Response:
    results = await newest_results(db)
    return console.page(
        "home.html",
        leaders=(await find_leaders(db, results))[:SHOWN],
        results=results[:SHOWN],
        models=(await newest_models(db))[:SHOWN],
    )
