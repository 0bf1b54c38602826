from starlette.responses import Response

from catalogue_api.catalogue.feed import find_news
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database

SHOWN = 12

router = page_router()


@router.get("/")
async def home(db: Database, console: Console) -> Response:
    news = {
        "leaders": (await find_news(db, "leaders"))[:SHOWN],
        "models": (await find_news(db, "models"))[:SHOWN],
        "results": (await find_news(db, "results"))[:SHOWN],
    }
    return console.page("home.html", news=news)
