"""Looking for words in opinions."""

import re
from dataclasses import dataclass

from catalogue_schema.tables.words import LANGUAGE
from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.statements import execute
from catalogue_api.http.problems import FieldError, Invalid

LEXEME = re.compile(r"'((?:[^']|'')*)'")


@dataclass(frozen=True)
class Words:
    """What a text is asked for: to have all of the words (one, if `is_any`), and to match the `query`."""

    query: str
    words: tuple[str, ...]
    is_any: bool

    def conditions(self, text: ColumnElement[str]) -> list[ColumnElement[bool]]:
        """A text without the words, as most are, is found to be one in a seventh of the time of the query."""
        patterns = [_pattern(word) for word in self.words]
        needed = ["|".join(patterns)] if self.is_any else patterns
        whole = func.to_tsvector(LANGUAGE, text).bool_op("@@")(literal(self.query, TSQUERY))
        return [*(func.lower(text).regexp_match(pattern) for pattern in needed), whole]


async def parse_words(db: AsyncSession, asked: str | None) -> Words | None:
    """As search engines have it: words, "a phrase", or, -without. Raises Invalid if there is none."""
    if asked is None:
        return None
    query = func.websearch_to_tsquery(LANGUAGE, asked)
    whole, needed = (await execute(db, select(func.text(query), func.querytree(query)))).one()
    words = [word.replace("''", "'").replace(r"\\", "\\") for word in LEXEME.findall(needed)]
    if not words:
        reason = "asks for no word, or only for words that are not there: give one that is"
        raise Invalid([FieldError(pointer="query:q", reason=reason)])
    # Of a query with an `or` some word is there, whichever.
    return Words(whole, tuple(words), is_any="|" in LEXEME.sub("", needed))


def _pattern(word: str) -> str:
    """The word by itself: PostgreSQL's parser parts no letter of ASCII from another, and no digit."""
    before, after = _other_than(word[0]), _other_than(word[-1])
    return f"(^|{before}){re.escape(word)}($|{after})"


def _other_than(edge: str) -> str:
    """What may stand beside a word that begins or ends so."""
    alike = [kind for kind in ("a-z", "0-9") if re.match(f"[{kind}]", edge)]
    return f"[^{alike[0]}]" if alike else ""
