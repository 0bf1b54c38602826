"""Forms of pages: what came in one, and that it is one of ours."""

from collections.abc import Callable, Coroutine
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import parse_qsl

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ValidationError

from catalogue_api.access.admission import COOKIE as SESSION
from catalogue_api.http.lean import read_body
from catalogue_api.http.media import media_type
from catalogue_api.http.problems import Forbidden, Invalid, Malformed, field_errors

M = TypeVar("M", bound=BaseModel)

COOKIE = "catalogue_forms"
TOKEN = "form_token"  # noqa: S105 (the field's name)
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 1000


def form_token(request: Request) -> str:
    """What a form of this browser's session carries; pages of other origins can neither read nor guess it.

    Of a cookie that the page sets, and of the session where somebody is signed in.
    """
    secret = request.cookies.get(COOKIE)
    if secret is None:
        secret = request.state.form_secret = getattr(request.state, "form_secret", None) or token_urlsafe(32)
    return sha256(f"{secret}\n{request.cookies.get(SESSION, '')}".encode()).hexdigest()


def keep_secret(request: Request, response: Response) -> None:
    """Let the browser keep what the page's forms were made with."""
    if secret := getattr(request.state, "form_secret", None):
        is_secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, secret, httponly=True, samesite="strict", secure=is_secure)


class Button(BaseModel):
    """A form that has no field but its token."""


class Confirmed(BaseModel):
    """A form whose box has to be ticked, for what cannot be undone."""

    sure: Literal["yes"]


def listed(value: object) -> object:
    """Of a field that may come several times: one value is a list, too."""
    return value if isinstance(value, list) else [value]


async def _fields(request: Request) -> list[tuple[str, str]]:
    """Raises UnsupportedMediaType, Malformed, or Forbidden for a form that is not of a page from here."""
    media_type(request.headers.get("content-type", ""), {FORM})
    body = await read_body(request.receive)
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Malformed(f"This is no form: {error}.") from None
    given = dict(fields).get(TOKEN, "")
    if COOKIE not in request.cookies or not compare_digest(given.encode(), form_token(request).encode()):
        raise Forbidden(
            "The form is too old, or of another page: load its page again, and send it from there."
        )
    return [(name, value) for name, value in fields if name != TOKEN]


def form_of(model: type[M]) -> Callable[..., Coroutine[Any, Any, M]]:
    """A dependency that reads a form. An empty field is one that was left out; a name that comes several
    times is a list.
    """

    async def read(fields: Annotated[list[tuple[str, str]], Depends(_fields)]) -> M:
        values: dict[str, Any] = {}
        for name, value in fields:
            if value == "":
                continue
            known = values.get(name)
            values[name] = (
                value if known is None else [*(known if isinstance(known, list) else [known]), value]
            )
        try:
            return model.model_validate(values)
        except ValidationError as error:
            raise Invalid(field_errors([dict(each) for each in error.errors()])) from None

    return read
