"""Which dead letters a page is about, and which of them its form is about."""

import re
from typing import Annotated, Any, Literal

from catalogue_schema.text import LongText
from catalogue_schema.times import Time
from pydantic import BeforeValidator, Field

from catalogue_api.catalogue.dead_letters import Discarding, LetterFilter, LetterQuery, Selection
from catalogue_api.catalogue.paging import RowId
from catalogue_api.console.formats import path_of
from catalogue_api.http.problems import FieldError, Invalid

LOCAL = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$")


def _in_utc(value: object) -> object:
    """A browser's field for a time says no offset; the pages' times are in UTC."""
    return f"{value}Z" if isinstance(value, str) and LOCAL.match(value) else value


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


Note = Annotated[LongText, Field(max_length=1000)]
PageTime = Annotated[Time | None, BeforeValidator(_in_utc)]


class LettersAsked(LetterQuery):
    since: PageTime = None
    until: PageTime = None


class LettersForm(LetterFilter):
    """Those that are ticked, or `all` that the filter chooses: these only when somebody was `sure`."""

    which: Literal["ticked", "all"] = "ticked"
    ids: Annotated[list[RowId], BeforeValidator(_listed)] = Field(default_factory=list)
    note: Note | None = None
    dry_run: bool = False
    sure: bool = False

    @property
    def filter(self) -> dict[str, Any]:
        """As the list's page is asked for it."""
        return self.model_dump(mode="json", include={*LetterFilter.model_fields}, exclude_none=True)

    @property
    def page(self) -> str:
        """Where one goes on: at the one letter, or at the list."""
        if self.which == "ticked" and len(self.ids) == 1:
            return path_of("dead-letters", self.ids[0])
        return path_of("dead-letters", **self.filter)

    def selection(self) -> Selection:
        """Raises Invalid where nothing is chosen."""
        if self.which == "all":
            wanted = LetterFilter.model_validate(self.filter)
            return Selection(filter=wanted, dry_run=self.dry_run or not self.sure)
        if not self.ids:
            reason = "tick the letters that you mean, or choose all that match the filter"
            raise Invalid([FieldError(pointer="/ids", reason=reason)])
        return Selection(ids=self.ids, dry_run=self.dry_run)


class DiscardForm(LettersForm):
    note: Note

    def discarding(self) -> Discarding:
        """Raises Invalid where nothing is chosen."""
        return Discarding(**dict(self.selection()), note=self.note)
