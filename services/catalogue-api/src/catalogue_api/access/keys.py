"""API keys as texts: `cat_<id>_<secret>_<checksum>`.

The prefix and the checksum are what scanners for leaked secrets know one by, without asking anybody:
https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
"""

import re
import secrets
from hashlib import sha256
from string import ascii_letters, digits
from typing import NamedTuple
from uuid import UUID
from zlib import crc32

PREFIX = "cat_"
ALPHABET = digits + ascii_letters
SECRET_LENGTH = 43
"""Of 62 characters: 256 bits."""
CHECKSUM_LENGTH = 6
"""62 ** 6 is over 2 ** 32."""
PATTERN = re.compile(
    rf"{PREFIX}([0-9a-f]{{32}})_([0-9A-Za-z]{{{SECRET_LENGTH}}})_([0-9A-Za-z]{{{CHECKSUM_LENGTH}}})"
)


class Key(NamedTuple):
    """A key that was made: `text` is for its holder alone, the rest is kept."""

    id: UUID
    text: str

    @property
    def digest(self) -> bytes:
        return digest(self.text)

    @property
    def last_four(self) -> str:
        return self.text[-4:]


def make_key(key_id: UUID) -> Key:
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
    body = f"{PREFIX}{key_id.hex}_{secret}"
    return Key(key_id, f"{body}_{checksum(body)}")


def parse_key(text: str) -> UUID | None:
    """The id of what is a key by its form and checksum; None for what never was one."""
    found = PATTERN.fullmatch(text)
    if found is None or checksum(text[: -CHECKSUM_LENGTH - 1]) != found[3]:
        return None
    return UUID(found[1])


def checksum(body: str) -> str:
    """The CRC-32 of what stands before it, in base 62."""
    number, text = crc32(body.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        text = ALPHABET[place] + text
    return text


def digest(text: str) -> bytes:
    """What is kept of a key or token. These are random: a fast digest cannot be gone back on."""
    return sha256(text.encode()).digest()
