"""Accounts of people: who may sign in, and what they may do then."""

from typing import Annotated
from uuid import UUID

from catalogue_schema.tables.users import ROLES as ROLE_NAMES
from fastapi import Depends, Query
from starlette.responses import Response

from catalogue_api.access.accounts import (
    AccountCreate,
    AccountUpdate,
    UserQuery,
    change_user,
    create_user,
    list_users,
    read_user,
)
from catalogue_api.access.passwords import SHORTEST
from catalogue_api.access.roles import ROLES
from catalogue_api.console.formats import path_of
from catalogue_api.console.forms import Confirmed, form_of
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database, Resources

MAY = {role: sorted(ROLES[role]) for role in ROLE_NAMES}

router = page_router()


@router.get("/users")
async def users(db: Database, console: Console, asked: Annotated[UserQuery, Query()]) -> Response:
    found = await list_users(db, asked)
    return console.page("users.html", users=found, asked=asked, roles=MAY, shortest=SHORTEST)


@router.post("/users")
async def make_user(
    db: Database,
    resources: Resources,
    console: Console,
    new: Annotated[AccountCreate, Depends(form_of(AccountCreate))],
) -> Response:
    made = await create_user(db, new, resources.passwords)
    console.about(made.id)
    return console.go_to(path_of("users", made.id), f"{made.name} has an account.")


@router.get("/users/{user_id}")
async def user(db: Database, console: Console, user_id: UUID) -> Response:
    found = await read_user(db, user_id)
    is_own = console.principal.id == user_id
    return console.page("user.html", account=found, is_own=is_own, roles=MAY, shortest=SHORTEST)


@router.post("/users/{user_id}")
async def change(
    db: Database,
    resources: Resources,
    console: Console,
    user_id: UUID,
    changes: Annotated[AccountUpdate, Depends(form_of(AccountUpdate))],
) -> Response:
    changed = await change_user(db, user_id, changes, resources.passwords)
    signed_out = " and signed out everywhere" if changes.password else ""
    return console.go_to(path_of("users", user_id), f"{changed.name}: changed{signed_out}.")


@router.post("/users/{user_id}/close")
async def close(
    db: Database,
    resources: Resources,
    console: Console,
    user_id: UUID,
    _: Annotated[Confirmed, Depends(form_of(Confirmed))],
) -> Response:
    closed = await change_user(db, user_id, AccountUpdate(is_active=False), resources.passwords)
    return console.go_to(path_of("users", user_id), f"The account of {closed.name} is closed.")
