"""Texts to ids of words, for the fast classifier: whole words where known, else WordPiece pieces."""

import re
import unicodedata
from collections.abc import Sequence

_TOKEN = re.compile(
    r"@user|[:;=]['-]?[()\[\]dpo/\\|*]+|<3|[^\W\d_]+(?:'t)?|[0-9]+|[^\s\w]",
)
_TRIPLE = re.compile(r"(.)\1{2,}")
_LONGEST_WORD = 32  # characters; longer ones are keys, hashes or noise
_CACHED_WORDS = 100_000  # bounds memory when a stream never repeats itself: some 25 MB
NUMBER = "0"  # stands for every number


def tokens(text: str) -> list[str]:
    """Words, numbers, emoticons, emoji and punctuation marks, in lower case and without accents."""
    text = text.lower()
    return _TOKEN.findall(text if text.isascii() else _plain_letters(text))


class Vocabulary:
    """`words` in the order of their ids; pieces that continue a word begin with `##`, as in WordPiece."""

    def __init__(self, words: Sequence[str]) -> None:
        self._ids = {word: index for index, word in enumerate(words)}
        self._cache: dict[str, tuple[int, ...]] = {}

    def encode(self, text: str) -> list[int]:
        """The ids of a cleaned text; words without any known piece are left out."""
        cache = self._cache
        ids: list[int] = []
        for token in tokens(text):
            known = cache.get(token)
            ids += self._look_up(token) if known is None else known
        return ids

    def _look_up(self, token: str) -> tuple[int, ...]:
        found = self._pieces(NUMBER if token[0].isdigit() else self._shorten(token))
        if len(self._cache) < _CACHED_WORDS and len(token) <= _LONGEST_WORD:
            self._cache[token] = found
        return found

    def _shorten(self, token: str) -> str:
        """`coool` as cool, `slooow` as slow: no English word has the same letter three times running."""
        twice, once = _TRIPLE.sub(r"\1\1", token), _TRIPLE.sub(r"\1", token)
        return twice if twice in self._ids else once

    def _pieces(self, token: str) -> tuple[int, ...]:
        """The longest known beginning, then the longest known continuations; none if one is unknown."""
        if token in self._ids:
            return (self._ids[token],)
        if len(token) > _LONGEST_WORD:
            return ()
        pieces: list[int] = []
        start = 0
        while start < len(token):
            for end in range(len(token), start, -1):
                piece = self._ids.get("##" * (start > 0) + token[start:end])
                if piece is not None:
                    break
            else:
                return ()
            pieces.append(piece)
            start = end
        return tuple(pieces)


def _plain_letters(text: str) -> str:
    """Letters without their accents, and straight quotes."""
    text = text.replace("\u2019", "'").replace("\u2018", "'")
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
