"""Which version of a record a client has seen, so that it changes no other: ETag and If-Match.

https://www.rfc-editor.org/rfc/rfc9110#name-if-match
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Header

from catalogue_api.http.problems import PreconditionFailed

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TAG = re.compile(r'"([^"]*)"|(\*)')


def entity_tag(updated_at: datetime) -> str:
    """A record's ETag, from the moment of its last change."""
    return f'W/"{_version(updated_at)}"'


def tags_of(header: str) -> set[str]:
    """The tags in an If-Match or If-None-Match header, weak or not; `*` stands for any."""
    return {tag or any_ for tag, any_ in TAG.findall(header)}


class SeenVersion:
    """The versions that a request allows to be changed; without the header, any."""

    def __init__(self, header: str | None) -> None:
        # What stands after the dot tells apart answers, of which the record itself is a part only.
        self._allowed = {"*"} if header is None else {tag.partition(".")[0] for tag in tags_of(header)}

    def check(self, updated_at: datetime) -> None:
        """Raises PreconditionFailed where the record has changed since."""
        if not {"*", _version(updated_at)} & self._allowed:
            raise PreconditionFailed("It was changed after you read it: read it again, and decide anew.")


async def _seen(
    if_match: Annotated[
        str | None, Header(max_length=1000, description="The ETag that was read: 412 if it has changed since")
    ] = None,
) -> SeenVersion:
    return SeenVersion(if_match)


Seen = Annotated[SeenVersion, Depends(_seen)]


def _version(updated_at: datetime) -> str:
    return f"{(updated_at - EPOCH) // timedelta(microseconds=1):x}"
