"""The routes of the pages. None is described in OpenAPI: they are for people."""

from catalogue_api.console.routes import (
    account,
    audit,
    benchmarks,
    events,
    home,
    keys,
    live,
    models,
    pipeline,
    sign_in,
    users,
)

PAGES = (
    home.router,
    models.router,
    benchmarks.router,
    live.router,
    events.router,
    pipeline.router,
    keys.router,
    users.router,
    audit.router,
    sign_in.router,
    account.router,
)
