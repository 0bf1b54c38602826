"""How pages write numbers, times and addresses."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode

NOTHING = "\N{EN DASH}"


def number(value: float | None, digits: int = 4) -> str:
    """With as many significant digits, and its thousands apart: 0.8713, 12,345."""
    if value is None:
        return NOTHING
    if abs(value) >= 1e15:
        return f"{value:.{digits}g}"
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.{digits}g}" if abs(value) < 10**digits else f"{value:,.0f}"


def percent(share: float | None) -> str:
    """A share between 0 and 1."""
    return NOTHING if share is None else f"{100 * share:.0f} %"


def money(value: float | None) -> str:
    return NOTHING if value is None else f"${float(value):,.6f}".rstrip("0").rstrip(".")


def moment(value: datetime | None) -> str:
    """In UTC, as all times here."""
    return NOTHING if value is None else f"{value:%Y-%m-%d %H:%M}"


def second(value: datetime | None) -> str:
    return NOTHING if value is None else f"{value:%Y-%m-%d %H:%M:%S}"


def day(value: date | None) -> str:
    return NOTHING if value is None else value.isoformat()


def path_of(*parts: object, **query: object) -> str:
    """The address of a page: `path_of("models", "a/b", tag="x")` is `/models/a/b?tag=x`; None is left out."""
    asked = urlencode({name: value for name, value in query.items() if value is not None}, doseq=True)
    path = "/" + "/".join(quote(str(part), safe="/") for part in parts)
    return f"{path}?{asked}" if asked else path


FILTERS: Mapping[str, Callable[..., Any]] = {
    "number": number,
    "percent": percent,
    "money": money,
    "moment": moment,
    "second": second,
    "day": day,
}
