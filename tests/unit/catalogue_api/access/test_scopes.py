"""Every route has its access in the one table, and every entry its route."""

import pytest
from catalogue_api.access.forms import FORMS
from catalogue_api.access.roles import ROLES, allowed_by
from catalogue_api.access.scopes import ROUTES
from catalogue_api.access.table import AccessTable, entries
from catalogue_api.app import create_app
from catalogue_api.settings import Settings
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.tables.api_keys import SCOPES
from catalogue_schema.tables.users import ROLES as ROLE_NAMES
from fastapi import FastAPI
from pydantic import SecretStr

SETTINGS = Settings(database_url=SecretStr("postgresql://user@host/name"))


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(SETTINGS, KafkaSettings(bootstrap_servers="host:9092"))


def test_the_table_has_every_route_and_no_other(app: FastAPI) -> None:
    assert {f"{entry.method} {entry.template}" for entry in entries(app)} == set(ROUTES)


def test_an_application_with_a_route_that_has_no_entry_does_not_start() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.get("/v1/secrets")(lambda: "everything")
    with pytest.raises(LookupError, match="GET /v1/secrets has no entry"):
        AccessTable(app)


def test_only_reads_and_signing_in_and_out_are_asked_nothing() -> None:
    public = {name for name, access in ROUTES.items() if access.public}
    assert {name for name in public if not name.startswith("GET ")} == {
        "POST /v1/sessions",
        "DELETE /v1/sessions",
        "POST /sign-in",
        "POST /sign-out",
        "POST /account/sign-out",
    }
    assert not any(name.startswith("GET /v1/") for name in public)


def test_each_form_of_a_page_stands_for_a_route_of_the_api_and_asks_for_its_scope() -> None:
    forms = {name for name in ROUTES if not name.startswith("GET ") and " /v1/" not in name}
    assert forms == set(FORMS)
    assert all(" /v1/" in route and ROUTES[form] is ROUTES[route] for form, route in FORMS.items())


def test_nothing_that_changes_anything_becomes_public_with_reads() -> None:
    assert all(name.startswith("GET ") for name, access in ROUTES.items() if access.reads)
    inside = (
        *("/v1/dead-letters", "/v1/users", "/v1/api-keys", "/v1/audit", "/v1/unresolved-names"),
        *("/dead-letters", "/unresolved", "/tasks"),
    )
    assert not any(access.reads for name, access in ROUTES.items() if name.split(" ")[1].startswith(inside))


@pytest.mark.parametrize(
    ("method", "path", "template"),
    [
        ("GET", "/v1/users/me", "GET /v1/users/me"),
        ("GET", "/v1/users/0198c1f2-5a3e-7c44-9d1b-2f6d7e8a9b01", "GET /v1/users/{user_id}"),
        ("POST", "/v1/models/import", "POST /v1/models/import"),
        ("DELETE", "/v1/models/import", "DELETE /v1/models/{name:path}"),
        ("GET", "/v1/dead-letters/summary", "GET /v1/dead-letters/summary"),
        ("GET", "/docs/assets/swagger-ui.css", "GET /docs/assets"),
        ("POST", "/v1/opinions", "POST /v1/opinions"),
    ],
)
def test_a_path_is_judged_by_the_route_that_serves_it(
    app: FastAPI, method: str, path: str, template: str
) -> None:
    assert AccessTable(app).find(method, path) is ROUTES[template]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/nothing"), ("TRACE", "/v1/models"), ("GET", "//livez")]
)
def test_what_is_not_served_has_no_access(app: FastAPI, method: str, path: str) -> None:
    assert AccessTable(app).find(method, path) is None


def test_every_role_says_what_it_may() -> None:
    assert set(ROLES) == set(ROLE_NAMES)
    assert ROLES["reader"] == {"read"}
    assert ROLES["producer"] == {"read", "events:write"}
    assert ROLES["admin"] == set(SCOPES)


def test_admin_allows_all_and_nothing_else_allows_more_than_itself() -> None:
    assert allowed_by(["admin"]) == set(SCOPES)
    for scope in set(SCOPES) - {"admin"}:
        assert allowed_by([scope]) == {scope}


def test_the_description_says_of_each_route_what_it_asks_for(app: FastAPI) -> None:
    document = app.openapi()
    operations = {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    described = {name.replace(":path", ""): access for name, access in ROUTES.items()}
    assert set(operations) <= set(described)
    for name, operation in operations.items():
        asked = [] if described[name].public else ["session"] if described[name].user else ["key", "session"]
        assert [next(iter(each)) for each in operation.get("security", [])] == asked
    assert operations["POST /v1/events"]["security"][0] == {"key": ["events:write"]}
    assert set(document["components"]["securitySchemes"]) == {"key", "session"}
