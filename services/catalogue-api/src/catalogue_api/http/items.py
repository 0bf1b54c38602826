"""Bodies of many items: each is validated alone, so that one bad line loses only itself."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from catalogue_api.http.bodies import TOO_MANY_FIELDS, has_too_many_fields
from catalogue_api.http.problems import FieldError, NothingValid, RejectedItem, TooLarge, field_errors

B = TypeVar("B", bound=BaseModel)
T = TypeVar("T")

CHUNK = 250
"""Items between two turns of the event loop: a few milliseconds of work."""
MAX_LINES = 100_000
MAX_ERRORS = 10
"""Errors that are reported of one item."""


class Rejected(Exception):  # noqa: N818 (not an error of ours: what is said of an item)
    """An item that is not valid, and why."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Undecodable:
    """Stands for an item that could not be read."""

    reason: str


@dataclass(slots=True)
class Batch(Generic[T]):
    accepted: list[T] = field(default_factory=list)
    rejected: list[RejectedItem] = field(default_factory=list)


def ndjson(body: bytes) -> Iterator[object]:
    """The lines' values; blank lines are no items. A line that is not JSON is an Undecodable.

    Raises TooLarge for millions of lines, blank or not.
    """
    if body.count(b"\n") > MAX_LINES:
        raise TooLarge(f"The body has over {MAX_LINES:,} lines: send it in several requests.")
    for number, line in enumerate(body.split(b"\n"), start=1):
        if not line or line.isspace():
            continue
        try:
            yield from_json(line)
        except ValueError as error:
            yield Undecodable(f"line {number} is not JSON: {error}")


def validated(schema: type[B], value: object) -> B:
    """Raises Rejected, with what is wrong."""
    if has_too_many_fields(value):
        raise Rejected(TOO_MANY_FIELDS)
    try:
        return schema.model_validate(value)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        raise Rejected(*field_errors(errors[:MAX_ERRORS])) from error


async def validate_items(values: Iterable[object], parse: Callable[[Any], T], most: int) -> Batch[T]:
    """Parse each value; `parse` raises Rejected.

    Raises TooLarge when there are over `most`, and NothingValid when there is none to take.
    """
    batch: Batch[T] = Batch()
    for index, value in enumerate(values):
        if index == most:
            raise TooLarge(f"The body holds over {most:,} items: send it in several requests.")
        if index % CHUNK == CHUNK - 1:
            await asyncio.sleep(0)
        try:
            batch.accepted.append(parse(_decoded(value)))
        except Rejected as rejected:
            batch.rejected.append(RejectedItem(index=index, errors=list(rejected.errors)))
    if not batch.accepted:
        raise NothingValid(batch.rejected)
    return batch


def _decoded(value: object) -> object:
    if isinstance(value, Undecodable):
        raise Rejected(FieldError(pointer="", reason=value.reason))
    return value
