"""Dead letters: lists, one with its bytes, and what is to become of them."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from catalogue_schema.events import Reason
from catalogue_schema.tables import DeadLetterRow
from catalogue_schema.tables.dead_letters import Status
from catalogue_schema.text import LongText, ShortText
from catalogue_schema.times import Time
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import ColumnElement, RowMapping, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.paging import BY_ID, Page, PageQuery, RowId, fetch_page
from catalogue_api.catalogue.statements import equal, execute, table_of
from catalogue_api.http.problems import NotFound

LETTERS = table_of(DeadLetterRow)
BRIEF = [
    column
    for column in LETTERS.columns
    if column.name not in {"key", "value", "headers", "history", "exception_class"}
]
REPLAYABLE = ("open", "replayed", "discarded")
DISCARDABLE = ("open", "replayed")


class LetterFilter(BaseModel):
    """Which letters; those that match all that is given."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason | None = None
    status: Status | None = None
    topic: ShortText | None = None
    model: ShortText | None = None
    benchmark: ShortText | None = None
    producer: UUID | None = None
    since: Annotated[Time | None, Field(description="Failed at this time or later")] = None
    until: Annotated[Time | None, Field(description="Failed before this time")] = None

    def conditions(self) -> list[ColumnElement[bool]]:
        of, names = LETTERS.c, ("reason", "status", "topic", "model", "benchmark", "producer")
        wanted = equal(*((of[name], getattr(self, name)) for name in names))
        if self.since is not None:
            wanted.append(of.failed_at >= self.since)
        if self.until is not None:
            wanted.append(of.failed_at < self.until)
        return wanted


class LetterQuery(LetterFilter, PageQuery):
    pass


class Letter(BaseModel):
    id: int
    event_id: UUID | None
    producer: UUID | None
    type: Annotated[str | None, Field(description="What was submitted", examples=["ResultReported"])]
    reason: Annotated[str, Field(examples=["unknown_model"])]
    detail: str
    status: Status
    attempts: Annotated[int, Field(description="How often it has failed")]
    failed_at: Annotated[datetime, Field(description="The last time")]
    topic: str
    partition: int
    offset: int
    model: str | None
    benchmark: str | None
    source: str | None
    note: Annotated[str | None, Field(description="Why it was discarded, or not replayed")]
    created_at: datetime
    updated_at: datetime


class Bytes(BaseModel):
    """As text where it is UTF-8, else as base64."""

    text: str | None = None
    base64: str | None = None

    @classmethod
    def of(cls, data: bytes | None) -> Self | None:
        if data is None:
            return None
        try:
            return cls(text=data.decode())
        except UnicodeDecodeError:
            return cls(base64=b64encode(data).decode())


class PastFailure(BaseModel):
    attempt: int
    reason: str
    detail: str
    failed_at: datetime


class LetterDetail(Letter):
    """`history` holds up to twenty failures before the last."""

    exception_class: str
    key: Bytes | None
    value: Bytes | None
    headers: Annotated[list[tuple[str, str]], Field(description="Each a name, and its value in base64")]
    history: list[PastFailure]


class Selection(BaseModel):
    """Either `ids`, or a `filter`: an empty one is all."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[RowId], Field(min_length=1, max_length=10_000)] | None = None
    filter: LetterFilter | None = None
    dry_run: Annotated[bool, Field(description="Say what would happen, and do nothing")] = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("give either ids or a filter")
        return self

    def among(self, statuses: Sequence[str]) -> list[ColumnElement[bool]]:
        """Conditions for the letters that are chosen and in one of `statuses`."""
        chosen = [LETTERS.c.id.in_(self.ids or [])] if self.filter is None else self.filter.conditions()
        return [*chosen, LETTERS.c.status.in_(statuses)]


class Discarding(Selection):
    note: Annotated[LongText, Field(description="Why", max_length=1000)]


async def list_letters(db: AsyncSession, query: LetterQuery) -> Page[Letter]:
    """The newest first."""
    statement = select(*BRIEF).where(*query.conditions()).order_by(LETTERS.c.id.desc())
    after = query.after(BY_ID)
    if after is not None:
        statement = statement.where(LETTERS.c.id < after[1])
    rows, cursor = await fetch_page(db, statement, query.limit, lambda row: (query.list_id(), row["id"]))
    return Page(items=[Letter.model_validate(row) for row in rows], next_cursor=cursor)


async def read_letter(db: AsyncSession, letter_id: int) -> LetterDetail:
    """Raises NotFound."""
    row = (await execute(db, select(LETTERS).where(LETTERS.c.id == letter_id))).mappings().one_or_none()
    if row is None:
        raise NotFound(
            f"There is no dead letter {letter_id}; GET /v1/dead-letters lists those that there are."
        )
    return LetterDetail.model_validate({**row, "key": Bytes.of(row["key"]), "value": Bytes.of(row["value"])})


async def chosen(
    db: AsyncSession, selection: Selection, statuses: Sequence[str], limit: int
) -> list[RowMapping]:
    """Whole rows, the oldest first."""
    statement = select(LETTERS).where(*selection.among(statuses)).order_by(LETTERS.c.id).limit(limit)
    return [*(await execute(db, statement)).mappings()]


async def count(db: AsyncSession, selection: Selection, statuses: Sequence[str]) -> int:
    statement = select(func.count()).select_from(LETTERS).where(*selection.among(statuses))
    return int((await execute(db, statement)).scalar_one())


async def mark(db: AsyncSession, selection: Selection, statuses: Sequence[str], **values: Any) -> int:
    """Change the letters that are in one of `statuses`. Returns how many there were."""
    statement = update(LETTERS).where(*selection.among(statuses)).values(**values)
    return (await execute(db, statement)).rowcount
