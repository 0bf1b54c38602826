"""Limits on text that every event and API schema shares."""

from functools import partial
from typing import Annotated
from unicodedata import normalize

from pydantic import AfterValidator, StringConstraints

MAX_CONTENT = 50_000
"""Characters in an opinion's text."""

# PostgreSQL's text type cannot hold NUL; lone surrogates are refused by Pydantic itself.
NO_NUL = r"^[^\x00]*$"
NOT_BLANK = r"^[^\x00]*[^\x00\s][^\x00]*$"
# A name stands in URL paths: no control characters, and no segment that a client would normalise away
# (an empty one, `.` or `..`).
SEGMENT = r"(\.{0,2}[^\x00-\x1f\x7f./][^\x00-\x1f\x7f/]*|\.{3}[^\x00-\x1f\x7f/]*)"
NAME = rf"^{SEGMENT}(/{SEGMENT})*$"

EMAIL = r"^[^@\s]+@[^@\s]+$"
"""Whether mail arrives there is not for a pattern to say."""
WEB_ADDRESS = r"^[hH][tT][tT][pP][sS]?://[^\x00-\x20\x7f]+$"


def why_refused(value: str, pattern: str) -> str:
    """Say what is wrong with a text that does not match its pattern, one of those above."""
    faults = (
        (pattern == WEB_ADDRESS, "is no web address, such as https://example.org/page"),
        (pattern == EMAIL, "is no e-mail address, such as ann@example.org"),
        ("\x00" in value, "holds a NUL character"),
        (not value.strip(), "is blank"),
        (any(character < " " or character == "\x7f" for character in value), "holds a control character"),
        (value.startswith("/"), "begins with a slash"),
        (value.endswith("/"), "ends with a slash"),
        ("//" in value, "has nothing between two slashes"),
    )
    return next((reason for found, reason in faults if found), "has a part that is . or ..")


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255, pattern=NAME)]
"""A model's, benchmark's or use case's name, such as `openai/gpt-4o`; matched exactly, case included."""

NewName = Annotated[Name, AfterValidator(partial(normalize, "NFC"))]
"""A name that the catalogue takes or is asked for: composed (NFC), so that one name is spelled one way."""

ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255, pattern=NO_NUL)
]
Url = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=WEB_ADDRESS)]
"""Of a web page: links that run scripts, as `javascript:` does, are none."""
LongText = Annotated[str, StringConstraints(min_length=1, max_length=MAX_CONTENT, pattern=NOT_BLANK)]
"""Kept as it is, white space at its ends included."""
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=NO_NUL)]
