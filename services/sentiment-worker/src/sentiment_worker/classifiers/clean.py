"""Brings texts as they come into the form that the classifiers were trained on."""

import html
import re

MAX_CHARACTERS = 2_000
"""What is read of a text: its first and last thousand characters. It bounds the cost of a long one."""

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>|<!--.{0,500}?-->", re.DOTALL)
_URL = re.compile(r"(?:https?://|www\.)\S+")
_MENTION = re.compile(r"(?<!\w)@\w+")
_REPEATED = re.compile(r"(.)\1{3,}")
_PLACEHOLDER = re.compile(r"\bhttp\b|@user\b")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]{2}")


def clean(text: str) -> str:
    """URLs become `http`, mentions `@user`, HTML plain text, long repetitions three characters."""
    if len(text) > MAX_CHARACTERS:
        text = f"{text[: MAX_CHARACTERS // 2]} {text[-MAX_CHARACTERS // 2 :]}"
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    text = _MENTION.sub("@user", _URL.sub("http", text))
    return " ".join(_REPEATED.sub(r"\1\1\1", text).split())


def has_words(cleaned: str) -> bool:
    """Whether there is a word in Latin letters, the only ones that the classifiers read."""
    return _LATIN_WORD.search(_PLACEHOLDER.sub("", cleaned)) is not None
