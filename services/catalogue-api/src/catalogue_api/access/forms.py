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
}
