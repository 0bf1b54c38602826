"""The Idempotency-Key header: what makes a repeated request's events the same events.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from contextlib import suppress
from uuid import UUID, uuid5

from catalogue_schema.events import Event
from pydantic_core import to_json

from catalogue_api.http.problems import FieldError, Invalid

HEADER = "header:idempotency-key"
MAX_LENGTH = 255

NAMESPACE = UUID("5d3c2f0e-63a1-5b0e-9d52-0f7f2ad8c6b4")
"""Never to change: the same key must give the same ids as long as there are events."""


class IdempotencyKey:
    """Any text of up to 255 characters. Raises Invalid for another."""

    def __init__(self, text: str) -> None:
        # The IETF's draft has the value in double quotes.
        self.text = text.strip('"')
        if not 0 < len(self.text) <= MAX_LENGTH:
            raise Invalid([FieldError(pointer=HEADER, reason=f"must have 1 to {MAX_LENGTH} characters")])
        self.uuid: UUID | None = None
        with suppress(ValueError):
            self.uuid = UUID(self.text)

    def id_of(self, event: Event, index: int) -> UUID:
        """The id of a request's event number `index`: keys of one `source` never meet those of another."""
        name = [getattr(event, "source", None), self.text, index]
        return uuid5(NAMESPACE, to_json(name).decode())
