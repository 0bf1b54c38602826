from typing import Annotated
from uuid import UUID

from catalogue_schema.tables import UserResponse
from fastapi import APIRouter, Query, Response

from catalogue_api.access.accounts import (
    AccountCreate,
    AccountUpdate,
    PasswordChange,
    UserQuery,
    change_password,
    change_user,
    create_user,
    list_users,
    read_user,
)
from catalogue_api.access.admission import COOKIE
from catalogue_api.catalogue.paging import Page
from catalogue_api.http.bodies import JsonRoute
from catalogue_api.resources import Database, Resources
from catalogue_api.routers.parameters import SignedInUser

router = APIRouter(prefix="/v1/users", tags=["access"], route_class=JsonRoute)


@router.post("", status_code=201, summary="Give somebody an account")
async def post_user(
    db: Database, new: AccountCreate, resources: Resources, response: Response
) -> UserResponse:
    """409 where the address has one. Without a password nobody can sign in with it yet."""
    created = await create_user(db, new, resources.passwords)
    response.headers["Location"] = f"/v1/users/{created.id}"
    return created


@router.get("", summary="List users, newest first")
async def get_users(db: Database, query: Annotated[UserQuery, Query()]) -> Page[UserResponse]:
    return await list_users(db, query)


@router.get("/me", summary="Who is signed in")
async def get_me(db: Database, user_id: SignedInUser) -> UserResponse:
    return await read_user(db, user_id)


@router.put("/me/password", status_code=204, summary="Change your password")
async def put_password(
    db: Database, change: PasswordChange, user_id: SignedInUser, resources: Resources, response: Response
) -> None:
    """Every session of yours ends, this one too: sign in anew."""
    await resources.sign_ins.hit(None, str(user_id))
    await change_password(db, user_id, change, resources.passwords)
    response.delete_cookie(COOKIE)


@router.get("/{user_id}", summary="A user")
async def get_user(db: Database, user_id: UUID) -> UserResponse:
    return await read_user(db, user_id)


@router.patch("/{user_id}", summary="Change a user's name, role or password, or close the account")
async def patch_user(
    db: Database, user_id: UUID, changes: AccountUpdate, resources: Resources
) -> UserResponse:
    """Another role counts within five seconds. Who is not active, or gets another password, is signed out."""
    return await change_user(db, user_id, changes, resources.passwords)
