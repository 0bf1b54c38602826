"""Who did what to what, written with what was done, in its transaction."""

import re
from typing import NamedTuple
from urllib.parse import unquote
from uuid import UUID

from catalogue_schema.tables import AuditEntry, AuditEntryResponse
from catalogue_schema.tables.audit import Actor
from catalogue_schema.text import ShortText
from sqlalchemy import bindparam, insert, select, text
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from catalogue_api.access.forms import FORMS
from catalogue_api.access.principals import Principal
from catalogue_api.catalogue.filters import Filters
from catalogue_api.catalogue.newest import newest_first
from catalogue_api.catalogue.paging import HOW_SHOWN, Page, PageQuery
from catalogue_api.catalogue.statements import table_of

ENTRIES = table_of(AuditEntry)
ACTIONS = {"POST": "create", "PUT": "replace", "PATCH": "change", "DELETE": "delete"}
TEMPLATE = re.compile(r"^/v1/(?P<kind>[a-z-]+)(?:/\{[^}]*\}|/me)?(?:/(?P<action>[a-z-]+))?$")
LONGEST = 255

# Only where the transaction has changed something: a dry run did nothing that anybody has to know of.
HAS_CHANGED = text("pg_current_xact_id_if_assigned() IS NOT NULL")
COLUMNS = ("actor", "actor_id", "action", "kind", "target", "address")
RECORD = insert(ENTRIES).from_select(
    COLUMNS,
    select(*(bindparam(f"said_{name}", type_=ENTRIES.c[name].type) for name in COLUMNS)).where(HAS_CHANGED),
    include_defaults=False,
)


class Deed(NamedTuple):
    """`kind` is the collection, as in its routes: `models`, `api-keys`."""

    action: str
    kind: str
    target: str | UUID | None = None


class AuditQuery(PageQuery):
    actor_id: UUID | None = None
    target: ShortText | None = None
    actor: Actor | None = None
    action: ShortText | None = None
    kind: ShortText | None = None


async def audit(db: AsyncSession, principal: Principal, deed: Deed, address: str | None = None) -> None:
    """Record the deed in the session's transaction, if that has changed anything."""
    await db.flush()
    target = None if deed.target is None else str(deed.target)[:LONGEST]
    values = (principal.kind, principal.id, deed.action, deed.kind, target, address)
    said = {f"said_{name}": value for name, value in zip(COLUMNS, values, strict=True)}
    await (await db.connection()).execute(RECORD, said)


async def audit_request(db: AsyncSession, request: Request, response: Response) -> None:
    """Record what a request did, by its route: what it was about is in its path, or where it created it.

    A page's form says so itself where it is in neither, as `request.state.target`.
    """
    deed = deed_of(request.method, request.scope["route"].path)
    target = getattr(request.state, "target", None)
    if target is None:
        known = [str(value) for value in request.path_params.values()]
        target = known[0] if known else _created(response.headers.get("location", ""), deed.kind)
    await audit(db, request.state.principal, deed._replace(target=target), address_of(request))


def address_of(request: Request) -> str | None:
    """Where it comes from: the client's address, or its proxy's (CATALOGUE_API_TRUSTED_PROXIES)."""
    return request.client.host if request.client else None


def deed_of(method: str, template: str) -> Deed:
    """What a route does: its last word, or its method's, and the collection that it is of.

    Raises LookupError for a page's form that is not in FORMS.
    """
    route = f"{method} {template}"
    method, template = FORMS.get(route, route).split(" ")
    found = TEMPLATE.match(template)
    if found is None:
        raise LookupError(f"{route} has no entry in catalogue_api.access.forms.FORMS: say what it stands for")
    return Deed(found["action"] or ACTIONS[method], found["kind"])


async def list_audit(db: AsyncSession, query: AuditQuery) -> Page[AuditEntryResponse]:
    """The newest first."""
    wanted = query.model_dump(exclude=HOW_SHOWN)
    filters = Filters(ENTRIES, wanted, ordered=("target", "actor_id"))
    return await newest_first(db, select(ENTRIES), filters, query, AuditEntryResponse)


def _created(location: str, kind: str) -> str | None:
    _, found, rest = location.partition(f"/v1/{kind}/")
    return unquote(rest) if found else None
