"""The routes of the pages. None is described in OpenAPI: they are for people."""

from catalogue_api.console.routes import (
    benchmarks,
    dead_letters,
    home,
    models,
    names,
    sign_in,
    tasks,
    unresolved,
)

PAGES = (
    home.router,
    models.router,
    benchmarks.router,
    sign_in.router,
    unresolved.router,
    names.router,
    dead_letters.router,
    tasks.router,
)
