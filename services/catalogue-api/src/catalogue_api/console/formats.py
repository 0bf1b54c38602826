"""How pages write numbers, times and addresses."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from starlette.datastructures import QueryParams

NOTHING = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"


def number(value: float | None, digits: int = 4) -> str:
    """With as many significant digits, and its thousands apart: 0.8713, 12,345."""
    if value is None:
        return NOTHING
    if abs(value) >= 1e15:
        return f"{value:.{digits}g}"
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.{digits}g}" if abs(value) < 10**digits else f"{value:,.0f}"


def decimals(values: Iterable[float | None], digits: int = 4) -> int:
    """Places behind the point that numbers below each other need, of `digits` of the largest at most."""
    known = [abs(value) for value in values if value is not None]
    largest = max(known, default=0.0)
    most = max(0, digits - len(f"{int(largest)}")) if largest >= 1 else digits
    return next((n for n in range(most) if all(round(v, n) == round(v, most) for v in known)), most)


def fixed(value: float | None, places: int) -> str:
    """With as many places behind the point as its neighbours."""
    if value is None or abs(value) >= 1e15:
        return number(value)
    return f"{value:,.{places}f}".replace("-", MINUS)


def percent(share: float | None) -> str:
    """A share between 0 and 1."""
    return NOTHING if share is None else f"{100 * share:.0f} %"


def money(value: float | None) -> str:
    """With its cents, and what it has of smaller parts."""
    if value is None:
        return NOTHING
    whole, _, parts = f"{float(value):,.6f}".partition(".")
    return f"${whole}.{parts.rstrip('0').ljust(2, '0')}"


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


def host(address: str) -> str:
    """Whose page an address of the web is, in few letters; the text itself where that is not told."""
    name = urlsplit(address).hostname or address
    return name.removeprefix("www.")


def unit(name: str | None) -> str:
    """As it is written behind a number; a fraction is a number alone."""
    return {"percent": "%", "fraction": ""}.get(name or "", name or "")


FILTERS: Mapping[str, Callable[..., Any]] = {
    "number": number,
    "decimals": decimals,
    "fixed": fixed,
    "percent": percent,
    "money": money,
    "moment": moment,
    "local": local,
    "second": second,
    "day": day,
    "unit": unit,
    "host": host,
    "web_address": web_address,
}
