"""What the catalogue's answers say."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

Json = dict[str, Any]


class CatalogueError(Exception):
    """What a person should read when the catalogue did not do as it was asked."""


class UnreachableError(CatalogueError):
    """The catalogue did not answer, or only that it cannot for now, for as long as it was asked."""


class RefusedError(CatalogueError):
    """The catalogue said no."""

    def __init__(self, status: int, said: str, body: Json) -> None:
        super().__init__(said)
        self.status = status
        self.body = body


def member(answer: Json, name: str) -> Any:
    """Raises CatalogueError where the answer has no such member, as another server's."""
    if name not in answer:
        raise CatalogueError(f"An answer has no {name}: is this a catalogue, and of this version?")
    return answer[name]


def reasons(errors: Sequence[Mapping[str, str]]) -> str:
    return "; ".join(f"{error['pointer']} {error['reason']}".strip() for error in errors)


def retry_after(response: httpx.Response) -> float | None:
    """In seconds; a date, which the standard also allows, counts as none."""
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None


def body_of(response: httpx.Response) -> Json:
    if not response.content:
        return {}
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        if response.is_error or response.is_redirect:
            return {}
        raise CatalogueError(f"{response.url} answers something other than JSON: is this a catalogue?")
    return body


def said(response: httpx.Response) -> str:
    body = body_of(response) if response.is_error else {}
    detail = str(body.get("detail") or response.reason_phrase or response.status_code)
    if response.status_code == httpx.codes.UNAUTHORIZED:
        detail += " (the key is taken from CATALOGUE_API_KEY)"
    errors = body.get("errors") or []
    return f"{detail} ({reasons(errors)})" if errors else detail
