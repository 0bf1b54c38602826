"""What users may do, by their roles."""

from collections.abc import Iterable, Mapping

from catalogue_schema.tables.api_keys import SCOPES, Scope
from catalogue_schema.tables.users import Role

ALL: frozenset[Scope] = frozenset(SCOPES)

ROLES: Mapping[Role, frozenset[Scope]] = {
    "reader": frozenset({"read"}),
    "producer": frozenset({"read", "events:write"}),
    # What a name waits for is an alias, or a model that nobody has created yet.
    "reviewer": frozenset({"read", "dead-letters:write", "tasks:write", "reference:write"}),
    "editor": frozenset({"read", "dead-letters:write", "tasks:write", "reference:write", "reference:delete"}),
    "admin": ALL,
}


def allowed_by(scopes: Iterable[Scope]) -> frozenset[Scope]:
    """`admin` allows all."""
    given = frozenset(scopes)
    return ALL if "admin" in given else given
