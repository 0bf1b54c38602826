"""What pages load: styles, scripts and pictures, all from here."""

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from catalogue_api.console.rendering import STATIC

A_YEAR = "public, max-age=31536000, immutable"


class Assets(StaticFiles):
    """Files whose addresses say their version are kept by browsers, and never asked for again."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if b"v=" in scope["query_string"] and response.status_code < 400:
            response.headers["Cache-Control"] = A_YEAR
        return response
