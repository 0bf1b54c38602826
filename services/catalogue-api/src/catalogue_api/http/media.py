"""Media types, as a request's headers name them."""

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from catalogue_api.http.problems import UnsupportedMediaType

JSON = "application/json"
NDJSON = "application/x-ndjson"
CSV = "text/csv"

MAX_LENGTH = 255
"""Characters of a Content-Type; more are not looked at."""


class MediaType(NamedTuple):
    """Type and subtype in lower case, empty where there is none; `charset` likewise."""

    name: str
    charset: str

    def known(self, names: Collection[str]) -> bool:
        return self.name in names and self.charset in {"", "utf-8", "utf8"}


def media_type(header: str, known: Collection[str]) -> str:
    """The body's media type without its parameters. Raises UnsupportedMediaType unless it is `known`."""
    given = parse_media_type(header)
    if not given.known(known):
        raise UnsupportedMediaType(f"Send the body as UTF-8 with Content-Type: {' or '.join(sorted(known))}.")
    return given.name


def parse_media_type(header: str) -> MediaType:
    return _parse(header) if len(header) <= MAX_LENGTH else MediaType("", "")


@lru_cache(maxsize=256)
def _parse(header: str) -> MediaType:
    name, *parameters = header.split(";")
    charset = ""
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return MediaType(name.strip().lower(), charset)
