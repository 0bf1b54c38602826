"""Texts without labels for the accurate model to label, so that the fast one can learn from it."""

import random
import re
from collections.abc import Iterator, Sequence

_CLAUSE = re.compile(r"(?<=[.!?;:,])\s+|\s+(?=(?:but|although|though|however|while|and|because|yet)\b)")
_WORD = re.compile(r"[A-Za-z]{3,}")


def variants(texts: Sequence[str], opinion_words: Sequence[str], count: int, seed: int) -> Iterator[str]:
    """`count` texts made from `texts`: parts, two parts joined, or words exchanged for opinion words.

    Exchanging words shows the fast model what many words mean that are rare in the labelled texts.
    """
    rng = random.Random(seed)  # noqa: S311  # reproducible, not secret
    for index in range(count):
        text = rng.choice(texts)
        match index % 4:
            case 0:
                yield _part(text, rng)
            case 1:
                yield f"{_part(text, rng)} {_part(rng.choice(texts), rng)}"
            case _:
                yield _exchange(text, opinion_words, rng)


def _part(text: str, rng: random.Random) -> str:
    """One to three neighbouring clauses."""
    clauses = [clause for clause in _CLAUSE.split(text) if clause]
    start = rng.randrange(len(clauses))
    return " ".join(clauses[start : start + rng.randint(1, 3)])


def _exchange(text: str, words: Sequence[str], rng: random.Random) -> str:
    """Up to two words, each for an opinion word or left out."""
    for _ in range(rng.randint(1, 2)):
        places = list(_WORD.finditer(text))
        if not places:
            break
        place = rng.choice(places)
        word = rng.choice(words) if rng.random() < 0.8 else ""
        text = f"{text[: place.start()]}{word}{text[place.end() :]}"
    return " ".join(text.split())
