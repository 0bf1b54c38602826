"""Lists in pages, by keyset: a cursor is the sort key of the last row that was seen."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, Literal, TypeVar

from catalogue_schema.text import Name
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, TypeAdapter, ValidationError
from pydantic_core import to_json
from sqlalchemy import RowMapping
from sqlalchemy.orm import Mapped
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.statements import AnySelect, execute
from catalogue_api.problems import FieldError, Invalid

B = TypeVar("B", bound=BaseModel)
K = TypeVar("K")
T = TypeVar("T")

RowId = Annotated[int, Field(ge=1, lt=2**31)]

BY_ID = TypeAdapter(tuple[Literal["id"], RowId])
BY_NAME = TypeAdapter(tuple[Literal["name"], Name])
BY_SCORE = TypeAdapter(tuple[Literal["score"], FiniteFloat, Name])


class PageQuery(BaseModel):
    """What every list takes; a parameter that is not named is an error."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=200, description="Items in one page")] = 50
    cursor: Annotated[str | None, Field(max_length=2000, description="`next_cursor` of the page before")] = (
        None
    )

    def after(self, keys: TypeAdapter[K]) -> K | None:
        """The key to go on after, or None for the first page. Raises Invalid for a cursor of another list."""
        return None if self.cursor is None else decode_cursor(self.cursor, keys)


class Page(BaseModel, Generic[T]):
    items: list[T]
    next_cursor: Annotated[
        str | None, Field(description="Ask again with `?cursor=` for what follows; null at the end")
    ]


def encode_cursor(key: tuple[Any, ...]) -> str:
    return base64.urlsafe_b64encode(to_json(key)).rstrip(b"=").decode()


def decode_cursor(cursor: str, keys: TypeAdapter[K]) -> K:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return keys.validate_json(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValidationError, ValueError) as error:
        reason = "is no cursor of this list: take next_cursor of the page before, or leave it out"
        raise Invalid([FieldError(pointer="query:cursor", reason=reason)]) from error


async def fetch_page(
    db: AsyncSession,
    statement: AnySelect,
    limit: int,
    key: Callable[[RowMapping], tuple[Any, ...]],
) -> tuple[Sequence[RowMapping], str | None]:
    """The first `limit` rows, and the cursor for what follows, if anything does."""
    rows = (await execute(db, statement.limit(limit + 1))).mappings().all()
    more = len(rows) > limit
    return rows[:limit], encode_cursor(key(rows[limit - 1])) if more else None


async def newest_first(
    db: AsyncSession, statement: AnySelect, row_id: Mapped[Any], query: PageQuery, response: type[B]
) -> Page[B]:
    """A page in falling order of `row_id`, which the statement gives as `id`."""
    after = query.after(BY_ID)
    if after is not None:
        statement = statement.where(row_id < after[1])
    ordered = statement.order_by(row_id.desc())
    rows, cursor = await fetch_page(db, ordered, query.limit, lambda row: ("id", row["id"]))
    return Page(items=[response.model_validate(row) for row in rows], next_cursor=cursor)


async def by_name(
    db: AsyncSession, statement: AnySelect, name: Mapped[Any], query: PageQuery, response: type[B]
) -> Page[B]:
    """A page in order of `name`, which is unique."""
    after = query.after(BY_NAME)
    if after is not None:
        statement = statement.where(name > after[1])
    ordered = statement.order_by(name)
    rows, cursor = await fetch_page(db, ordered, query.limit, lambda row: ("name", row["name"]))
    return Page(items=[response.model_validate(row) for row in rows], next_cursor=cursor)
