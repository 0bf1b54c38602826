"""What is changed is written down, with who did it, in the same transaction; and stays as it was written."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from catalogue_api.access.auditing import Deed, audit, deed_of
from catalogue_api.access.forms import FORMS
from catalogue_api.access.principals import OPERATOR
from catalogue_api.access.scopes import ROUTES
from catalogue_api.catalogue.statements import execute
from sqlalchemy import text
from support.access import bearer, make_user, session_of

NDJSON = {"Content-Type": "application/x-ndjson"}


async def entries(api: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await api.get("/v1/audit", params=query)
    assert answer.status_code == httpx.codes.OK, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def said(entry: dict[str, Any]) -> tuple[str, str, str | None]:
    return entry["action"], entry["kind"], entry["target"]


async def test_every_change_is_in_it_with_who_where_and_what(admin: httpx.AsyncClient) -> None:
    made = (await admin.post("/v1/api-keys", json={"name": "k", "scopes": ["admin"]})).json()
    own = bearer(made["key"])
    line = b'{"name": "lab/b", "organization": "lab"}\n'
    price = b'{"model": "lab/a", "provider": "p", "input": 1, "output": 2, "valid_from": "2025-01-01"}\n'
    metric = {"benchmark": "B", "name": "m", "higher_is_better": True}
    for method, path, body in (
        ("POST", "/v1/models", {"name": "lab/a", "organization": "lab"}),
        ("PATCH", "/v1/models/lab/a", {"license": "MIT"}),
        ("POST", "/v1/models/import", line),
        ("POST", "/v1/benchmarks", {"name": "B"}),
        ("PUT", "/v1/metrics", metric),
        ("POST", "/v1/model-prices", price),
        ("POST", "/v1/aliases", {"kind": "model", "alias": "a", "name": "lab/a"}),
        ("PUT", "/v1/bare-name-sources/blog", None),
        ("DELETE", "/v1/models/lab/b", None),
    ):
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        answer = await admin.request(
            method, path, headers=own | (NDJSON if "content" in sent else {}), **sent
        )
        assert answer.is_success, (path, answer.text)

    found = await entries(admin, actor_id=made["id"])
    alias = found[2]["target"]
    assert [said(entry) for entry in reversed(found)] == [
        ("create", "models", "lab/a"),
        ("change", "models", "lab/a"),
        ("import", "models", None),
        ("create", "benchmarks", "B"),
        ("replace", "metrics", None),
        ("create", "model-prices", None),
        ("create", "aliases", alias),
        ("replace", "bare-name-sources", "blog"),
        ("delete", "models", "lab/b"),
    ]
    assert {(entry["actor"], entry["address"]) for entry in found} == {("key", "127.0.0.1")}
    assert "MIT" not in str(found)


async def test_what_changed_nothing_is_not_in_it(admin: httpx.AsyncClient) -> None:
    before = len(await entries(admin))
    taken = {"name": "lab/a"}
    assert (await admin.post("/v1/models", json=taken)).status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert (await admin.delete("/v1/models/lab/a")).status_code == httpx.codes.NOT_FOUND
    dry = await admin.post("/v1/dead-letters/replay", json={"filter": {}, "dry_run": True})
    assert dry.status_code == httpx.codes.OK
    assert (await admin.get("/v1/models")).status_code == httpx.codes.OK
    assert len(await entries(admin)) == before


async def test_who_signs_in_is_in_it_by_name(guarded: httpx.AsyncClient, database_url: str) -> None:
    user = await make_user(database_url, "admin")
    body = {"email": user.email, "password": "correct horse battery"}
    assert (await guarded.post("/v1/sessions", json=body)).is_success
    await guarded.post("/v1/users", json={"email": "b@example.org", "name": "B"})
    assert (await guarded.delete("/v1/sessions")).is_success
    assert (await guarded.delete("/v1/sessions")).is_success  # of nobody
    assert (await guarded.post("/v1/sessions", json=body)).is_success

    found = await entries(guarded, actor_id=str(user.id))
    assert [(entry["actor"], entry["action"], entry["kind"]) for entry in found][1:] == [
        ("user", "delete", "sessions"),
        ("user", "create", "users"),
        ("user", "create", "sessions"),
    ]
    assert len(await entries(guarded, kind="sessions")) == 3
    assert UUID(found[2]["target"])


async def test_it_is_asked_by_target_and_read_page_by_page(admin: httpx.AsyncClient) -> None:
    for name in ("lab/a", "lab/b"):
        await admin.post("/v1/models", json={"name": name, "organization": "lab"})
        await admin.patch(f"/v1/models/{name}", json={"license": "MIT"})

    assert [said(entry)[0] for entry in await entries(admin, target="lab/a")] == ["change", "create"]
    assert len(await entries(admin, kind="models", action="create")) == 2
    first = (await admin.get("/v1/audit", params={"limit": 3})).json()
    rest = (await admin.get("/v1/audit", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    ids = [entry["id"] for entry in first["items"] + rest["items"]]
    assert len(ids) == 4
    assert ids == sorted(ids, reverse=True)


async def test_an_entry_and_what_it_is_about_are_one(database_url: str) -> None:
    async def change_and_fail() -> None:
        async with session_of(database_url) as db:
            await execute(db, text("INSERT INTO bare_name_sources (source) VALUES ('blog')"))
            await audit(db, OPERATOR, Deed("replace", "bare-name-sources", "blog"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await change_and_fail()
    async with session_of(database_url) as db:
        assert (await execute(db, text("SELECT count(*) FROM audit_entries"))).scalar_one() == 0


@pytest.mark.parametrize("route", [route for route in ROUTES if not route.startswith("GET ")])
def test_every_route_that_changes_anything_has_a_name_for_it(route: str) -> None:
    deed = deed_of(*route.split(" "))
    assert 0 < len(deed.action) <= 50
    assert FORMS.get(route, route).split("/")[2] == deed.kind


def test_a_form_that_stands_for_nothing_is_no_deed() -> None:
    with pytest.raises(LookupError, match="POST /secrets has no entry"):
        deed_of("POST", "/secrets")
