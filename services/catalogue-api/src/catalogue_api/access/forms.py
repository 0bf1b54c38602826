"""Which route of the API each form of a page stands for: browsers send forms by POST alone.

A form asks for that route's scope, and stands in the audit as that route does.
"""

from collections.abc import Mapping

FORMS: Mapping[str, str] = {
    "POST /sign-in": "POST /v1/sessions",
    "POST /sign-out": "DELETE /v1/sessions",
}
