"""Lists in pages, by keyset: a cursor is the sort key of the last row that was seen."""

import base64
import binascii
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Annotated, Any, Generic, Literal, Self, TypeVar
from uuid import UUID

from catalogue_schema.text import Name
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, TypeAdapter, ValidationError, model_validator
from pydantic_core import to_json
from sqlalchemy import RowMapping
from sqlalchemy.orm import Mapped
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.statements import AnySelect, execute
from catalogue_api.http.problems import FieldError, Invalid

B = TypeVar("B", bound=BaseModel)
K = TypeVar("K", bound=tuple[Any, ...])
T = TypeVar("T")

MOST = 200
"""Items in a page."""
HOW_SHOWN = {"limit", "cursor", "format"}
"""Parameters of a list that choose none of its rows."""

RowId = Annotated[int, Field(ge=1, lt=2**63)]

BY_ID = TypeAdapter(tuple[str, RowId])
BY_NAME = TypeAdapter(tuple[str, Name])
BY_UUID = TypeAdapter(tuple[str, UUID])
BY_SCORE = TypeAdapter(tuple[str, FiniteFloat, Name])
"""What a cursor holds: the list that it belongs to, and the sort key of the last row that was seen."""


def listed(values: Any) -> Any:
    """Several values in one parameter, separated by commas, or in several."""
    return [value for each in values for value in each.split(",")] if isinstance(values, list) else values


class ListQuery(BaseModel):
    """What every list takes; a parameter that is not named is an error."""

    model_config = ConfigDict(extra="forbid")

    format: Annotated[
        Literal["json", "csv", "ndjson"],
        Field(description="`csv` and `ndjson` are all of the list, unless `limit` or `cursor` is given"),
    ] = "json"


class PageQuery(ListQuery):
    limit: Annotated[int, Field(ge=1, le=MOST, description="Items in one page")] = 50
    cursor: Annotated[str | None, Field(max_length=2000, description="`next_cursor` of the page before")] = (
        None
    )

    @model_validator(mode="after")
    def _exported_in_large_pages(self) -> Self:
        if self.format != "json" and "limit" not in self.model_fields_set:
            self.limit = MOST
        return self

    def list_id(self, of: str = "") -> str:
        """Name the list that is asked for: its kind, what it is `of`, its filters and its order."""
        asked = self.model_dump_json(exclude=HOW_SHOWN)
        return sha256(f"{type(self).__name__}\n{of}\n{asked}".encode()).hexdigest()[:12]

    def after(self, keys: TypeAdapter[K], of: str = "") -> K | None:
        """The key to go on after, or None for the first page. Raises Invalid for a cursor of another list."""
        if self.cursor is None:
            return None
        key = decode_cursor(self.cursor, keys)
        if key[0] != self.list_id(of):
            raise _wrong_cursor("belongs to a list with other filters or another order: leave it out")
        return key


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
        raise _wrong_cursor(
            "is no cursor of this list: take next_cursor of the page before, or leave it out"
        ) from error


def _wrong_cursor(reason: str) -> Invalid:
    return Invalid([FieldError(pointer="query:cursor", reason=reason)])


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


async def by_name(
    db: AsyncSession, statement: AnySelect, name: Mapped[Any], query: PageQuery, response: type[B]
) -> Page[B]:
    """A page in order of `name`, which is unique."""
    after = query.after(BY_NAME)
    if after is not None:
        statement = statement.where(name > after[1])
    ordered = statement.order_by(name)
    rows, cursor = await fetch_page(db, ordered, query.limit, lambda row: (query.list_id(), row["name"]))
    return Page(items=[response.model_validate(row) for row in rows], next_cursor=cursor)


async def by_uuid(
    db: AsyncSession, statement: AnySelect, row_id: Mapped[Any], query: PageQuery, response: type[B]
) -> Page[B]:
    """A page in falling order of `row_id`: the newest first, where the UUIDs are of version 7."""
    after = query.after(BY_UUID)
    if after is not None:
        statement = statement.where(row_id < after[1])
    ordered = statement.order_by(row_id.desc())
    rows, cursor = await fetch_page(db, ordered, query.limit, lambda row: (query.list_id(), row["id"]))
    return Page(items=[response.model_validate(row) for row in rows], next_cursor=cursor)
