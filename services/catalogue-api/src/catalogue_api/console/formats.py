"""How pages write numbers, times and addresses."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from starlette.datastructures import QueryParams

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


def local(value: datetime | None) -> str:
    """As a form's field for a time has it."""
    return "" if value is None else f"{value:%Y-%m-%dT%H:%M}"


def second(value: datetime | None) -> str:
    return NOTHING if value is None else f"{value:%Y-%m-%d %H:%M:%S}"


def day(value: date | None) -> str:
    return NOTHING if value is None else value.isoformat()


def path_of(*parts: object, **query: object) -> str:
    """The address of a page: `path_of("models", "a/b", tag="x")` is `/models/a/b?tag=x`; None is left out."""
    asked = urlencode({name: value for name, value in query.items() if value is not None}, doseq=True)
    path = "/" + "/".join(quote(str(part), safe="/") for part in parts)
    return f"{path}?{asked}" if asked else path


def path_with(query: QueryParams, *parts: object, **changes: object) -> str:
    """The page of `parts`, asked as `query` has it but for the changes; None leaves a parameter out."""
    asked = {name: [value for value in query.getlist(name) if value] for name in query}
    return path_of(*parts, **{**asked, **changes})


def web_address(text: str | None) -> str | None:
    """The text where it is an address that a link may lead to: people may have written anything."""
    try:
        parts = urlsplit(text or "")
    except ValueError:
        return None
    return text if parts.scheme in {"http", "https"} and parts.netloc else None


def unit(name: str | None) -> str:
    """As it is written behind a number."""
    return "%" if name == "percent" else name or ""


FILTERS: Mapping[str, Callable[..., Any]] = {
    "number": number,
    "percent": percent,
    "money": money,
    "moment": moment,
    "local": local,
    "second": second,
    "day": day,
    "unit": unit,
    "web_address": web_address,
}
