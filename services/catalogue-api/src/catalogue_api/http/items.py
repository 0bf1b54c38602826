"""Bodies of many items: each is validated alone, so that one bad line loses only itself."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from catalogue_api.http.problems import FieldError, NothingValid, RejectedItem, TooLarge, field_errors

B = TypeVar("B", bound=BaseModel)
T = TypeVar("T")

TURN = 256 * 1024
"""Bytes between two turns of the event loop, ITEM_COST more for each item: a few milliseconds of work."""
ITEM_COST = 1024
MAX_ERRORS = 10
"""Errors that are reported of one item."""
MAX_FIELDS = 50
"""More fields than any record has; Pydantic would report each one that it does not know."""
TOO_MANY_FIELDS = FieldError(pointer="", reason=f"has over {MAX_FIELDS} fields")


class Rejected(Exception):  # noqa: N818 (not an error of ours: what is said of an item)
    """An item that is not valid, and why."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(errors)
        self.errors = errors


class NotJson(Exception):  # noqa: N818 (likewise)
    """An item whose bytes are not JSON, and why."""


class Items(Protocol):
    """The items of a body, each as the bytes it has there.

    None stands for work without a result, so that whoever asks can let others have a turn.
    """

    def __iter__(self) -> Iterator[bytes | None]: ...

    def not_json(self, why: str) -> Rejected:
        """What to say of the item that came last. Raises Malformed where the body is worth nothing then."""
        ...


@dataclass(slots=True)
class Batch(Generic[T]):
    accepted: list[T] = field(default_factory=list)
    rejected: list[RejectedItem] = field(default_factory=list)

    def without(self, errors: Mapping[int, FieldError]) -> "Batch[T]":
        """A batch in which the accepted items at these places are rejected, too."""
        taken = {item["index"] for item in self.rejected}
        indexes = [index for index in range(len(self.accepted) + len(taken)) if index not in taken]
        more = [RejectedItem(index=indexes[place], errors=[error]) for place, error in errors.items()]
        accepted = [item for place, item in enumerate(self.accepted) if place not in errors]
        return Batch(accepted, sorted([*self.rejected, *more], key=itemgetter("index")))


def validated(schema: type[B], value: object) -> B:
    """Raises Rejected, with what is wrong."""
    if isinstance(value, dict) and len(value) > MAX_FIELDS:
        raise Rejected(TOO_MANY_FIELDS)
    try:
        return schema.model_validate(value)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        raise Rejected(*field_errors(errors[:MAX_ERRORS])) from error


async def validate_items(items: Items, parse: Callable[[bytes], T], most: int) -> Batch[T]:
    """Parse each item; `parse` raises Rejected or NotJson.

    Raises TooLarge when there are over `most`, and NothingValid when there is none to take.
    """
    batch: Batch[T] = Batch()
    work = 0
    for raw in items:
        work += TURN if raw is None else len(raw) + ITEM_COST
        if work >= TURN:
            work = 0
            await asyncio.sleep(0)
        if raw is not None:
            if len(batch.accepted) + len(batch.rejected) == most:
                raise TooLarge(f"The body holds over {most:,} items: send it in several requests.")
            _take(batch, items, raw, parse)
    if not batch.accepted:
        raise NothingValid(batch.rejected)
    return batch


def _take(batch: Batch[T], items: Items, raw: bytes, parse: Callable[[bytes], T]) -> None:
    index = len(batch.accepted) + len(batch.rejected)
    try:
        batch.accepted.append(parse(raw))
    except Rejected as rejected:
        batch.rejected.append(RejectedItem(index=index, errors=list(rejected.errors)))
    except NotJson as error:
        errors = items.not_json(str(error)).errors
        batch.rejected.append(RejectedItem(index=index, errors=list(errors)))
