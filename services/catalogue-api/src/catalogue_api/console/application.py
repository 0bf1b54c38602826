"""The console: pages of the catalogue, served with its API."""

from fastapi import FastAPI

from catalogue_api.console.assets import Assets
from catalogue_api.console.routes import PAGES


def install_console(app: FastAPI) -> None:
    app.mount("/static", Assets())
    for router in PAGES:
        app.include_router(router)
