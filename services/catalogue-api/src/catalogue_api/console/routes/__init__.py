"""The routes of the pages. None is described in OpenAPI: they are for people."""

from catalogue_api.console.routes import account, audit, benchmarks, home, keys, models, sign_in, users

PAGES = (
    home.router,
    models.router,
    benchmarks.router,
    keys.router,
    users.router,
    audit.router,
    sign_in.router,
    account.router,
)
