"""What reading a file gives: events and records to send, and what of the file is not sent, and why."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any

from catalogue_client.events import UNDATED, ResultReported


class UnreadableFileError(Exception):
    """A file that cannot be read: which, what was found, and what is read."""


class OtherFormatError(UnreadableFileError):
    """A file of some other format, which a walk through a folder passes over."""


class NoScoreError(ValueError):
    """Why a value is no score."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What the person who imports says, for files that do not say it."""

    model: str | None = None
    benchmark: str | None = None
    date: dt.date | None = None
    source: str | None = None
    evaluator: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A result, where it stands, and the model's name as it stands there."""

    event: ResultReported
    place: str
    named: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A row of reference data, for the import at `path`."""

    path: str
    fields: Mapping[str, Any]
    place: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Nothing that could be a result."""

    reason: str
    place: str


@dataclass(frozen=True, slots=True)
class Refused:
    """What could be one, if somebody put it right as `reason` says."""

    reason: str
    place: str


Item = Found | Record | Skipped | Refused


def read_score(value: object) -> float:
    """Raises NoScoreError."""
    if value is None:
        raise NoScoreError("has no score (null)")
    if isinstance(value, bool):
        raise NoScoreError("is true or false, not a score")
    if isinstance(value, int | float):
        return _finite(float(value))
    if isinstance(value, str) and not value.strip():
        raise NoScoreError("has no score (empty)")
    if not isinstance(value, str):
        raise NoScoreError(f"is a {type(value).__name__}, not a score")
    try:
        return _finite(float(value))
    except ValueError as error:
        raise NoScoreError(f"{value!r} is not a number") from error


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise NoScoreError(f"is not a finite number ({value})")
    return value


def number_or_none(value: object) -> float | None:
    """A number beside a score, which may be missing."""
    try:
        return read_score(value)
    except NoScoreError:
        return None


def found(value: object, base: ResultReported, place: str, named: str = "") -> Found | Skipped:
    """`base` with the score that `value` is."""
    try:
        return Found(replace(base, score=read_score(value)), place, named or base.model)
    except NoScoreError as no_score:
        return Skipped(str(no_score), place)


def dated(moment: datetime | None, options: Options) -> dict[str, Any]:
    """`occurred_at` and `date_tested` (UTC) of the file's own time, else of `--date`, else of none."""
    if moment is not None:
        utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        return {"occurred_at": utc, "date_tested": utc.date()}
    if options.date is not None:
        midnight = datetime.combine(options.date, time(), UTC)
        return {"occurred_at": midnight, "date_tested": options.date}
    return {"occurred_at": UNDATED, "date_tested": None}
