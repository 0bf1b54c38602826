"""The routes of the pages. None is described in OpenAPI: they are for people."""

from catalogue_api.console.routes import (
    agreement,
    benchmarks,
    claims,
    compare,
    dead_letters,
    home,
    models,
    names,
    opinions,
    sign_in,
    tasks,
    unresolved,
    value,
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
    claims.router,
    compare.router,
    value.router,
    agreement.router,
    opinions.router,
)
