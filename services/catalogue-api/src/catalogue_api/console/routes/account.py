"""One's own account: who one is, another password, and everywhere that one is signed in."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from catalogue_api.access.accounts import PasswordChange, read_user
from catalogue_api.access.passwords import SHORTEST
from catalogue_api.access.sessions import list_sessions
from catalogue_api.console.forms import Button, form_of
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database, Resources
from catalogue_api.routers.parameters import SignedInUser
from catalogue_api.routers.sessions import end_session
from catalogue_api.routers.users import put_password

router = page_router()


@router.get("/account")
async def account(db: Database, console: Console, user_id: SignedInUser) -> Response:
    return console.page(
        "account.html",
        account=await read_user(db, user_id),
        scopes=sorted(console.principal.scopes),
        sessions=await list_sessions(db, user_id),
        shortest=SHORTEST,
    )


@router.post("/account/password")
async def change_password(
    db: Database,
    resources: Resources,
    console: Console,
    user_id: SignedInUser,
    change: Annotated[PasswordChange, Depends(form_of(PasswordChange))],
) -> Response:
    response = console.go_to("/sign-in?next=/account", "Your password is changed: sign in with the new one.")
    await put_password(db, change, user_id, resources, response)
    return response


@router.post("/account/sign-out")
async def sign_out_everywhere(
    db: Database,
    resources: Resources,
    request: Request,
    console: Console,
    _: Annotated[Button, Depends(form_of(Button))],
) -> Response:
    response = console.go_to("/sign-in", "You are signed out everywhere.")
    await end_session(db, resources, request, response, everywhere=True)
    return response
