"""Transactions whose failures are named by what to do about them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from catalogue_messaging.failures import PermanentError, TransientError
from catalogue_schema.database import create_engine, is_refused
from catalogue_schema.events import Reason
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

COMMAND_TIMEOUT = 30
"""Seconds for a statement. Without it, a network that is gone without a word would hold a batch for ever."""


def open_engine(url: str, command_timeout: float = COMMAND_TIMEOUT) -> AsyncEngine:
    """Raises ArgumentError where `url` is not PostgreSQL's. Errors never show the values of a statement."""
    timeouts = {"timeout": 10, "command_timeout": command_timeout}
    return create_engine(url, hide_parameters=True, connect_args=timeouts)


class ConstraintError(PermanentError):
    """The database refuses the values."""

    reason = Reason.CONSTRAINT


class Before(NamedTuple):
    """A statement for the same transaction before the events' own, where what that one sees depends on it.

    It reads `:rows`, too, and runs for batches in whose rows `where` stands.
    """

    sql: str
    where: str


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Commit at the end. Raises ConstraintError for values that are refused, else TransientError.

    Every other error, an unmigrated database or a missing right included, says nothing of the event: it
    passes when somebody has seen to it.
    """
    try:
        async with engine.begin() as connection:
            yield connection
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        said = str(getattr(error, "orig", error))
        if is_refused(error):
            # Its DETAIL is the row, which somebody wrote and a log would keep.
            raise ConstraintError(said.partition("\nDETAIL:")[0]) from error
        raise TransientError(f"database: {said}") from error
