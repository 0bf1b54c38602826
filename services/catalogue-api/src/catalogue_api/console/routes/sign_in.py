"""Signing in and out, and one's own account."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.responses import Response

from catalogue_api.access.sessions import SignIn
from catalogue_api.console.forms import Button, form_of
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.http.refusals import Unauthorized
from catalogue_api.resources import Database, Resources
from catalogue_api.routers.sessions import begin_session, end_session

router = page_router()


class SignInForm(SignIn):
    next: str = "/"


@router.get("/sign-in")
async def sign_in_page(console: Console, request: Request) -> Response:
    return console.page("sign-in.html", next=request.query_params.get("next", "/"), refused=None)


@router.post("/sign-in")
async def sign_in(
    db: Database,
    resources: Resources,
    request: Request,
    console: Console,
    form: Annotated[SignInForm, Depends(form_of(SignInForm))],
) -> Response:
    response = console.go_to(_here(form.next))
    who = SignIn(email=form.email, password=form.password)
    try:
        await begin_session(db, resources, request, response, who)
    except Unauthorized as refused:
        return console.page("sign-in.html", status=refused.status, next=form.next, refused=refused.detail)
    return response


@router.post("/sign-out")
async def sign_out(
    db: Database,
    resources: Resources,
    request: Request,
    console: Console,
    _: Annotated[Button, Depends(form_of(Button))],
) -> Response:
    response = console.go_to("/")
    await end_session(db, resources, request, response)
    return response


def _here(address: str) -> str:
    """The address if it is of a page of ours: a link from elsewhere must not lead on to where it likes."""
    parts = urlsplit(address)
    ours = not parts.scheme and not parts.netloc and address.startswith("/") and "\\" not in address
    return address if ours and not address.startswith("//") else "/"
