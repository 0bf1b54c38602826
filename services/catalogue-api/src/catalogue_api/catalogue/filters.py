"""What a list's rows are asked for, as conditions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, FromClause, Table, literal

from catalogue_api.catalogue.words import Words


@dataclass(frozen=True)
class Filters:
    """What is asked of a table's rows; None asks nothing."""

    table: Table
    equal: Mapping[str, object]
    """A column's value; one of its values where the column is an array."""
    ordered: Sequence[str]
    """Columns with an index on themselves and the id; those whose values have the fewest rows come first."""
    dated: str = ""
    """The column that `first` and `last`, both included, are about; it has such an index too."""
    first: date | None = None
    last: date | None = None
    words: Words | None = None
    """Of the column `content`."""

    @property
    def asked(self) -> dict[str, object]:
        return {name: value for name, value in self.equal.items() if value is not None}

    @property
    def by_date(self) -> bool:
        return self.first is not None or self.last is not None

    @property
    def lead(self) -> str | None:
        return next((name for name in self.ordered if name in self.asked), None)

    @property
    def is_lead_alone(self) -> bool:
        return not self.by_date and self.asked.keys() <= {self.lead}

    def conditions(self, rows: FromClause) -> list[ColumnElement[bool]]:
        words = [] if self.words is None else self.words.conditions(rows.c.content)
        return self.without_words(rows) + words

    def without_words(self, rows: FromClause) -> list[ColumnElement[bool]]:
        return [_holds(rows.c[name], value) for name, value in self.asked.items()] + self.dates(rows)

    def dates(self, rows: FromClause) -> list[ColumnElement[bool]]:
        lower = [] if self.first is None else [rows.c[self.dated] >= self.first]
        upper = [] if self.last is None else [rows.c[self.dated] <= self.last]
        return lower + upper


def _holds(column: ColumnElement[Any], value: object) -> ColumnElement[bool]:
    if isinstance(column.type, ARRAY):
        return column.bool_op("@>")(literal([value], column.type))  # = ANY could not use an index
    return column == value
