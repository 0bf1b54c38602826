"""What a route asks of whoever calls it, as OpenAPI has it.

https://spec.openapis.org/oas/v3.1.0#security-scheme-object
"""

from typing import Any

from catalogue_api.access.admission import COOKIE
from catalogue_api.access.scopes import ROUTES

SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "bearerFormat": "cat_<id>_<secret>_<checksum>"},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
}


def describe_access(document: dict[str, Any]) -> None:
    """Add the schemes, and to each operation which scope it needs, by either of them."""
    document["components"]["securitySchemes"] = SCHEMES
    for route, access in ROUTES.items():
        method, template = route.split(" ")
        operation = document["paths"].get(template.replace(":path", ""), {}).get(method.lower())
        if operation is None or access.public:
            continue
        scopes = [access.scope] if access.scope else []
        operation["security"] = [{name: scopes} for name in SCHEMES if name == "session" or not access.user]
