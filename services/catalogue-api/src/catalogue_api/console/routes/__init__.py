"""The routes of the pages. None is described in OpenAPI: they are for people."""

from catalogue_api.console.routes import benchmarks, home, models, sign_in

PAGES = (home.router, models.router, benchmarks.router, sign_in.router)
