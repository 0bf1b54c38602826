"""Whose data were erased, as keyed digests: known again, and not told to whoever reads the database."""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, SecretStr

Kind = Literal["author", "event_id", "source"]

SAID_IN: Mapping[Kind, tuple[str, ...]] = {
    "author": ("author", "mentioned_by"),
    "event_id": ("event_id", "retracts"),
    "source": ("source",),
}
"""The fields of events that name a subject of each kind."""

ErasureKey = Annotated[SecretStr, Field(min_length=32)]
"""`ERASURE_KEY`: 32 characters or more, as `openssl rand -base64 32` makes them; the same one for ever."""

ERASURES_LOCK = 0x65726173  # "eras"
"""Held shared while events are written, alone while what is not to be written is added to."""


class Subject(NamedTuple):
    kind: Kind
    value: str


class Digests:
    """Digests under a key, of 16 bytes: https://www.rfc-editor.org/rfc/rfc7693 (BLAKE2b, keyed)."""

    def __init__(self, key: SecretStr) -> None:
        self._key = blake2b(key.get_secret_value().encode(), digest_size=32).digest()

    def of(self, subject: Subject) -> bytes:
        return self._of(subject.kind, subject.value)

    @property
    def check(self) -> bytes:
        """The same as long as the key is."""
        return self._of("key", "")

    def _of(self, kind: str, value: str) -> bytes:
        digest = blake2b(
            value.encode("utf-8", "surrogatepass"), key=self._key, person=kind.encode(), digest_size=16
        )
        return digest.digest()


def subjects_of(said: Mapping[str, Any]) -> Iterator[Subject]:
    """Whom an event's fields name."""
    for kind, fields in SAID_IN.items():
        for name in fields:
            value = said.get(name)
            if isinstance(value, str):
                yield Subject(kind, value)
