"""Brings texts as they come into the form that the classifiers were trained on."""

import html
import re

MAX_CHARACTERS = 2_000
"""What is read of a text: its first and last thousand characters. It bounds the cost of a long one."""

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>|<!--.{0,500}?-->", re.DOTALL)
_URL = re.compile(r"(?:https?://|www\.)\S+")
_MENTION = re.compile(r"(?<!\w)@\w+")
_REPEATED = re.compile(r"(.)\1{3,}")


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
