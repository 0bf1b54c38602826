"""What each route asks of whoever calls it, in one table; without an entry the application does not start."""

from collections.abc import Mapping
from typing import NamedTuple

from catalogue_schema.tables.api_keys import Scope
from catalogue_schema.topics import SUBMITTED

from catalogue_api.access.forms import FORMS


class Access(NamedTuple):
    """`scope` None asks for none; `public` lets in whoever comes, `user` asks for somebody who signed in."""

    scope: Scope | None = None
    public: bool = False
    reads: bool = False
    """Public where reads are: CATALOGUE_API_PUBLIC_READS."""
    user: bool = False


PUBLIC = Access(public=True)
READS = Access("read", reads=True)
INSIDE = Access("read")
"""Reads that stay inside, public reads or not: what failed holds contents that nobody has checked."""
SIGNED_IN = Access(user=True)
EVENTS = Access("events:write")
WRITE = Access("reference:write")
DELETE = Access("reference:delete")
LETTERS = Access("dead-letters:write")
TASKS = Access("tasks:write")
ERASE = Access("privacy:erase")
ADMIN = Access("admin")

OWN: Mapping[str, Access] = {
    "GET /livez": PUBLIC,
    "GET /readyz": PUBLIC,
    "GET /metrics": PUBLIC,
    "GET /docs": PUBLIC,
    "GET /docs/start.js": PUBLIC,
    "GET /docs/assets": PUBLIC,
    "GET /openapi.json": PUBLIC,
    "GET /asyncapi.json": PUBLIC,
    "POST /v1/events": EVENTS,
    **{
        f"POST {topic.submission.path}": EVENTS
        for topic in SUBMITTED.values()
        if topic.submission and topic.submission.path
    },
    "GET /v1/events": READS,
    "GET /v1/events/{event_id}": READS,
    "GET /v1/retractions/{retraction_id}": READS,
    "GET /v1/models": READS,
    "GET /v1/models/{name:path}": READS,
    "POST /v1/models": WRITE,
    "POST /v1/models/import": WRITE,
    "PATCH /v1/models/{name:path}": WRITE,
    "DELETE /v1/models/{name:path}": DELETE,
    "GET /v1/model-prices": READS,
    "POST /v1/model-prices": WRITE,
    "GET /v1/benchmarks": READS,
    "GET /v1/benchmarks/{name:path}": READS,
    "POST /v1/benchmarks": WRITE,
    "POST /v1/benchmarks/import": WRITE,
    "PATCH /v1/benchmarks/{name:path}": WRITE,
    "DELETE /v1/benchmarks/{name:path}": DELETE,
    "GET /v1/metrics": READS,
    "PUT /v1/metrics": WRITE,
    "DELETE /v1/metrics/{metric_id}": DELETE,
    "GET /v1/results": READS,
    "GET /v1/results/{result_id}": READS,
    "GET /v1/claims": READS,
    "GET /v1/compare": READS,
    "GET /v1/agreement": READS,
    "GET /v1/rankings/{benchmark:path}": READS,
    "GET /v1/value/{benchmark:path}": READS,
    "GET /v1/leads/{benchmark:path}": READS,
    "GET /v1/feed": READS,
    "GET /v1/counts": READS,
    "GET /v1/opinions": READS,
    "GET /v1/opinions/{opinion_id}": READS,
    "GET /v1/sentiment/{model:path}": READS,
    "GET /v1/use-cases": READS,
    "GET /v1/use-cases/{use_case_id}": READS,
    "POST /v1/use-cases": WRITE,
    "PATCH /v1/use-cases/{use_case_id}": WRITE,
    "DELETE /v1/use-cases/{use_case_id}": DELETE,
    "GET /v1/categories": READS,
    "GET /v1/categories/{category_id}": READS,
    "POST /v1/categories": WRITE,
    "PATCH /v1/categories/{category_id}": WRITE,
    "DELETE /v1/categories/{category_id}": DELETE,
    "GET /v1/tags": READS,
    "GET /v1/tags/{tag_id}": READS,
    "POST /v1/tags": WRITE,
    "PATCH /v1/tags/{tag_id}": WRITE,
    "DELETE /v1/tags/{tag_id}": DELETE,
    "GET /v1/tasks": INSIDE,
    "GET /v1/tasks/{task_id}": INSIDE,
    "POST /v1/tasks": TASKS,
    "PATCH /v1/tasks/{task_id}": TASKS,
    "DELETE /v1/tasks/{task_id}": TASKS,
    "GET /v1/users/{user_id}/todos": INSIDE,
    "GET /v1/aliases": READS,
    "GET /v1/aliases/{alias_id}": READS,
    "POST /v1/aliases": WRITE,
    "POST /v1/aliases/import": WRITE,
    "DELETE /v1/aliases/{alias_id}": DELETE,
    "GET /v1/bare-name-sources": READS,
    "PUT /v1/bare-name-sources/{source:path}": WRITE,
    "DELETE /v1/bare-name-sources/{source:path}": DELETE,
    "GET /v1/unresolved-names": INSIDE,
    "GET /v1/stream": INSIDE,
    "GET /v1/pipeline": INSIDE,
    "GET /v1/dead-letters": INSIDE,
    "GET /v1/dead-letters/summary": INSIDE,
    "GET /v1/dead-letters/{letter_id}": INSIDE,
    "POST /v1/dead-letters/replay": LETTERS,
    "POST /v1/dead-letters/discard": LETTERS,
    "POST /v1/sessions": PUBLIC,
    "DELETE /v1/sessions": PUBLIC,
    "GET /v1/users/me": SIGNED_IN,
    "PUT /v1/users/me/password": SIGNED_IN,
    "GET /v1/users": ADMIN,
    "POST /v1/users": ADMIN,
    "GET /v1/users/{user_id}": ADMIN,
    "PATCH /v1/users/{user_id}": ADMIN,
    "GET /v1/api-keys": ADMIN,
    "POST /v1/api-keys": ADMIN,
    "GET /v1/api-keys/{key_id}": ADMIN,
    "DELETE /v1/api-keys/{key_id}": ADMIN,
    "POST /v1/api-keys/{key_id}/rotate": ADMIN,
    "GET /v1/audit": ADMIN,
    "GET /v1/erasures": ERASE,
    "GET /v1/erasures/{erasure_id}": ERASE,
    "POST /v1/erasures": ERASE,
    # Pages
    "GET /static": PUBLIC,
    "GET /": READS,
    "GET /models": READS,
    "GET /models/{name:path}": READS,
    "GET /choices/models": READS,
    "GET /counts": READS,
    "GET /benchmarks": READS,
    "GET /benchmarks/{name:path}": READS,
    "GET /claims": READS,
    "GET /leads": READS,
    "GET /compare": READS,
    "GET /value": READS,
    "GET /agreement": READS,
    "GET /opinions": READS,
    "GET /opinions/{opinion_id}": READS,
    "GET /sign-in": PUBLIC,
    "GET /unresolved": INSIDE,
    "GET /unresolved/{kind}/{name:path}": INSIDE,
    "GET /names/{kind}": READS,
    "GET /dead-letters": INSIDE,
    "GET /dead-letters/{letter_id}": INSIDE,
    "GET /tasks": INSIDE,
    "GET /tasks/mine": INSIDE,
    "GET /tasks/new": TASKS,
    "GET /tasks/{task_id}": INSIDE,
    "GET /events": READS,
    "GET /events/{event_id}": READS,
    "GET /live": INSIDE,
    "GET /pipeline": INSIDE,
    "GET /account": SIGNED_IN,
    "GET /users": ADMIN,
    "GET /users/{user_id}": ADMIN,
    "GET /audit": ADMIN,
    "GET /keys": ADMIN,
    "GET /keys/{key_id}": ADMIN,
}
ROUTES: Mapping[str, Access] = {**OWN, **{form: OWN[route] for form, route in FORMS.items()}}
