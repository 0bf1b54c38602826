"""Which models a list or a ranking is of."""

from typing import Annotated

from catalogue_schema.tables import Model
from catalogue_schema.text import ShortText
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, func
from sqlmodel import col

from catalogue_api.catalogue.statements import equal, table_of
from catalogue_api.catalogue.tags import TagFilter, tagged

WORDS = 8
"""Of a search: the last is whatever follows the ones before it."""


class ModelFilters(BaseModel):
    organization: ShortText | None = None
    tag: TagFilter = None
    open_weights: Annotated[
        bool | None, Field(description="As the model's metadata have it, under `open_weights`")
    ] = None

    def of_models(self) -> list[ColumnElement[bool]]:
        conditions = equal((col(Model.organization), self.organization)) + tagged(self.tag)
        if self.open_weights is not None:
            weights = table_of(Model).c.metadata["open_weights"].astext
            conditions.append(func.coalesce(weights, "false") == str(self.open_weights).lower())
        return conditions


def named_like(words: str | None) -> list[ColumnElement[bool]]:
    """That each of the words is part of a model's name, display name or organisation, in any case."""
    names = func.concat_ws(" ", col(Model.name), col(Model.display_name), col(Model.organization))
    return [names.icontains(word, autoescape=True) for word in (words or "").split(maxsplit=WORDS - 1)]
