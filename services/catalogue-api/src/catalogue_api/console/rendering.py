"""Pages: HTML from templates, with what every page shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import Depends, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from catalogue_api.access.principals import Principal
from catalogue_api.console import formats
from catalogue_api.console.forms import TOKEN, form_token, keep_secret
from catalogue_api.console.navigation import navigation

STATIC = Path(__file__).parent / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "private, no-cache"}
MESSAGE = "catalogue_message"
"""A cookie with what the page after a form says of it."""
LONGEST_MESSAGE = 500


@cache
def environment() -> Environment:
    """Where templates come from. What they are given is text, and is escaped."""
    made = Environment(
        loader=PackageLoader("catalogue_api.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(formats.FILTERS)
    made.globals.update(static=static, path_of=formats.path_of, path_with=formats.path_with)
    return made


@cache
def static(name: str) -> str:
    """The address of a file in static/, another where its contents are others: browsers keep it for ever."""
    digest = blake2b((STATIC / name).read_bytes(), digest_size=6).hexdigest()
    return f"/static/{name}?v={digest}"


def render(template: str, context: Mapping[str, Any]) -> str:
    return environment().get_template(template).render(context)


@dataclass(frozen=True, slots=True)
class Pages:
    """Makes the pages that answer one request."""

    request: Request
    principal: Principal

    def page(self, template: str, *, status: int = 200, **context: Any) -> Response:
        """What the template makes of `context`: a whole page, of which scripts take the part they want."""
        request, message = self.request, self.request.cookies.get(MESSAGE)
        everywhere = {
            "here": request.url.path,
            "query": request.query_params,
            "navigation": navigation(self.principal, request.url.path),
            "may": self.principal.scopes.__contains__,
            "signed_in": self.principal.kind == "user",
            "user": self.principal.name,
            "form_token": form_token(request),
            "token_field": TOKEN,
            "message": unquote(message) if message else None,
        }
        response = HTMLResponse(render(template, {**everywhere, **context}), status, HEADERS)
        keep_secret(request, response)
        if message:
            response.delete_cookie(MESSAGE)
        return response

    def about(self, target: object) -> None:
        """Name what a form creates or changes, for the audit, where that is not first in its path."""
        self.request.state.target = str(target)

    def go_to(self, path: str, message: str = "") -> Response:
        """Answer a form: the browser goes on to the page at `path`, which begins with the message."""
        response = RedirectResponse(path, 303)
        if message:
            text = quote(message[:LONGEST_MESSAGE])
            response.set_cookie(MESSAGE, text, max_age=60, httponly=True, samesite="strict")
        return response


# async, though it awaits nothing: FastAPI runs a plain function in a thread, for each request.
async def _pages(request: Request) -> Pages:
    return Pages(request, request.state.principal)


Console = Annotated[Pages, Depends(_pages)]
