from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.access.admission import COOKIE, find_token
from catalogue_api.access.auditing import address_of
from catalogue_api.access.principals import Principal
from catalogue_api.access.roles import ROLES
from catalogue_api.access.sessions import SignedIn, SignIn, end_sessions, sign_in, sign_out
from catalogue_api.http.bodies import JsonRoute
from catalogue_api.resources import AppResources, Database, Resources

router = APIRouter(prefix="/v1/sessions", tags=["access"], route_class=JsonRoute)

Everywhere = Annotated[bool, Query(description="End all sessions of whoever is signed in")]


@router.post("", status_code=201, summary="Sign in")
async def post_session(
    db: Database, who: SignIn, resources: Resources, request: Request, response: Response
) -> SignedIn:
    """The session is a cookie that pages cannot read. 401 says the same of an unknown address and of a wrong
    password; 429 after too many tries.
    """
    return await begin_session(db, resources, request, response, who)


@router.delete("", status_code=204, summary="Sign out")
async def delete_session(
    db: Database, resources: Resources, request: Request, response: Response, everywhere: Everywhere = False
) -> None:
    """The session ends, here at once and in other processes of the API within five seconds."""
    await end_session(db, resources, request, response, everywhere=everywhere)


async def begin_session(
    db: AsyncSession, resources: AppResources, request: Request, response: Response, who: SignIn
) -> SignedIn:
    """Set the cookie of a new session. Raises as `sign_in`, and TooManyRequests."""
    await resources.sign_ins.hit(address_of(request), who.email)
    hours = resources.settings.session_hours
    former = request.cookies.get(COOKIE)
    new = await sign_in(db, who, resources.passwords, hours, former)
    user = new.signed_in.user
    request.state.principal = Principal("user", user.id, ROLES[user.role], user.id)
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(
        COOKIE,
        new.token,
        max_age=round(hours * 3600),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return new.signed_in


async def end_session(
    db: AsyncSession,
    resources: AppResources,
    request: Request,
    response: Response,
    *,
    everywhere: bool = False,
) -> None:
    """That of the request, or `everywhere` all of the user whose it is."""
    if token := find_token(request.scope["headers"]):
        user_id = await sign_out(db, token)
        if everywhere and user_id is not None:
            await end_sessions(db, user_id)
        request.state.principal = Principal("user", user_id, frozenset())
        resources.principals.forget(token)
    response.delete_cookie(COOKIE)
