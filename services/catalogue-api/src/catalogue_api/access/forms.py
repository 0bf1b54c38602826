"""Which route of the API each form of a page stands for: browsers send forms by POST alone.

A form asks for that route's scope, and stands in the audit as that route does.
"""

from collections.abc import Mapping

FORMS: Mapping[str, str] = {
    "POST /sign-in": "POST /v1/sessions",
    "POST /sign-out": "DELETE /v1/sessions",
    "POST /aliases": "POST /v1/aliases",
    "POST /aliases/{alias_id}/delete": "DELETE /v1/aliases/{alias_id}",
    "POST /models": "POST /v1/models",
    "POST /benchmarks": "POST /v1/benchmarks",
    "POST /bare-name-sources": "PUT /v1/bare-name-sources/{source:path}",
    "POST /bare-name-sources/delete": "DELETE /v1/bare-name-sources/{source:path}",
    "POST /dead-letters/replay": "POST /v1/dead-letters/replay",
    "POST /dead-letters/discard": "POST /v1/dead-letters/discard",
    "POST /tasks": "POST /v1/tasks",
    "POST /tasks/{task_id}": "PATCH /v1/tasks/{task_id}",
    "POST /tasks/{task_id}/change": "PATCH /v1/tasks/{task_id}",
    "POST /tasks/{task_id}/delete": "DELETE /v1/tasks/{task_id}",
    "POST /account/password": "PUT /v1/users/me/password",
    "POST /account/sign-out": "DELETE /v1/sessions",
    "POST /users": "POST /v1/users",
    "POST /users/{user_id}": "PATCH /v1/users/{user_id}",
    "POST /users/{user_id}/close": "PATCH /v1/users/{user_id}",
    "POST /keys": "POST /v1/api-keys",
    "POST /keys/{key_id}/rotate": "POST /v1/api-keys/{key_id}/rotate",
    "POST /keys/{key_id}/revoke": "DELETE /v1/api-keys/{key_id}",
}
