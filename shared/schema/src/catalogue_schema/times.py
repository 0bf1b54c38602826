"""Dates and times that every event and API schema shares."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator


def _iso_8601(value: Any) -> Any:
    # Pydantic would take 0 for 1970-01-01, and guess whether a number counts seconds or milliseconds.
    if not isinstance(value, date) and str(value)[4:5] != "-":
        raise ValueError("must be ISO 8601, such as 2026-03-09 or 2026-03-09T14:30:00Z")
    return value


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must be within the years 1 to 9999 in UTC") from error


Date = Annotated[date, BeforeValidator(_iso_8601)]
"""A calendar date."""

Time = Annotated[AwareDatetime, BeforeValidator(_iso_8601), AfterValidator(_in_utc)]
"""A moment: read with any offset from UTC, kept in UTC."""
