"""The routes of the pages. None is described in OpenAPI: they are for people."""

from catalogue_api.console.routes import (
    agreement,
    benchmarks,
    claims,
    compare,
    home,
    leads,
    models,
    opinions,
    sign_in,
    value,
)

PAGES = (
    home.router,
    models.router,
    benchmarks.router,
    claims.router,
    leads.router,
    compare.router,
    value.router,
    agreement.router,
    opinions.router,
    sign_in.router,
)
