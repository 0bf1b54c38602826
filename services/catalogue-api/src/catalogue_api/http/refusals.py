"""Requests that are refused for who is asking, or how often."""

import math
from http import HTTPStatus

from catalogue_api.http.problems import Forbidden, Problem


class Unauthorized(Problem):
    """Nobody is known by what the request says; `invalid` where it says something.

    https://www.rfc-editor.org/rfc/rfc6750#section-3
    """

    status = HTTPStatus.UNAUTHORIZED

    def __init__(self, detail: str, *, invalid: bool = False) -> None:
        error = ', error="invalid_token"' if invalid else ""
        super().__init__(detail, headers={"WWW-Authenticate": f'Bearer realm="catalogue"{error}'})


class MissingScope(Forbidden):
    """Whoever it is may not do this; `holder` is what would have to have the scope."""

    def __init__(self, scope: str, holder: str) -> None:
        challenge = f'Bearer realm="catalogue", error="insufficient_scope", scope="{scope}"'
        detail = f"The scope {scope} is needed here, and {holder} does not have it: ask an administrator."
        super().__init__(detail, headers={"WWW-Authenticate": challenge}, scope=scope)


class TooManyRequests(Problem):
    """A limit is used up; the client should repeat in `retry_after` seconds."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, detail: str, retry_after: float) -> None:
        super().__init__(detail, headers={"Retry-After": str(max(1, math.ceil(retry_after)))})
