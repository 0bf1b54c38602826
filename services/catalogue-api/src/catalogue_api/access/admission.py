"""Who may do what: asked before a request's body is read, and before anything is looked for."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from starlette.types import Scope as AsgiScope

from catalogue_api.access.principals import ANYONE, NOBODY, Principal
from catalogue_api.access.roles import ALL
from catalogue_api.access.scopes import Access
from catalogue_api.access.table import AccessTable
from catalogue_api.http.problems import Forbidden, Unavailable
from catalogue_api.http.refusals import MissingScope, Unauthorized
from catalogue_api.settings import Settings

if TYPE_CHECKING:
    from catalogue_api.resources import AppResources

COOKIE = "catalogue_session"
BEARER = b"bearer "


class Admission:
    """Puts the principal into the request's state, where routes, limits and the audit find it."""

    def __init__(self, table: AccessTable, settings: Settings) -> None:
        self._table = table
        self._open = settings.auth == "open"
        self._public_reads = settings.public_reads

    async def admit(self, scope: AsgiScope) -> None:
        """Raises Unauthorized, Forbidden or Unavailable."""
        access = self._table.find(scope["method"], scope["path"])
        if access is None or access.public:
            scope["state"]["principal"] = ANYONE if self._open else NOBODY
            return
        token = find_token(scope["headers"])
        if self._open:
            named = await _named(scope, token)
            scope["state"]["principal"] = replace(named, scopes=ALL) if named else ANYONE
            return
        if access.reads and self._public_reads:
            scope["state"]["principal"] = await _named(scope, token) or NOBODY
            return
        if token is None:
            raise Unauthorized(
                "Who are you? Send a key, as Authorization: Bearer cat_…, or sign in (POST /v1/sessions)."
            )
        principal = await _find(scope, token)
        if principal is None:
            raise Unauthorized(
                "The key or session is not known here: it was mistyped, has ended, or was revoked.",
                invalid=True,
            )
        _require(access, principal)
        scope["state"]["principal"] = principal


async def _named(scope: AsgiScope, token: str | None) -> Principal | None:
    """Where nobody needs to say who they are, a token still tells."""
    try:
        return None if token is None else await _find(scope, token)
    except Unavailable:
        return None


def _require(access: Access, principal: Principal) -> None:
    if access.user and principal.kind != "user":
        raise Forbidden("This is for somebody who signed in (POST /v1/sessions), not for a key.")
    if access.scope is not None and access.scope not in principal.scopes:
        raise MissingScope(access.scope, "your role" if principal.kind == "user" else "this key")


def find_token(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The key or session that the request names; the header counts before the cookie."""
    session = None
    for name, value in headers:
        if name == b"authorization" and value[:7].lower() == BEARER:
            return value[7:].strip().decode("latin-1")
        if name == b"cookie" and session is None:
            session = _cookie(value)
    return session


def _cookie(header: bytes) -> str | None:
    for part in header.decode("latin-1").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value
    return None


async def _find(scope: AsgiScope, token: str) -> Principal | None:
    return await cast("AppResources", scope["state"]["resources"]).principals.find(token)
