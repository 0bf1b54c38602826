"""LiteLLM's prices: `model_prices_and_context_window.json`, by model as LiteLLM names it, per token.

https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from catalogue_client.formats.loading import parse_json, read_bytes, table, text
from catalogue_client.formats.prices import price
from catalogue_client.items import Item, Options, OtherFormatError, Skipped, UnreadableFileError

SOURCE = "litellm"
EXAMPLE = "sample_spec"
INPUT, OUTPUT = "input_cost_per_token", "output_cost_per_token"
MILLION = 1_000_000


def read(path: Path, options: Options) -> Iterator[Item]:
    """Each price per token; `--date` says from when, since the file does not. Raises UnreadableFileError."""
    document = parse_json(read_bytes(path), path, exact=True)
    entries = {name: table(entry) for name, entry in table(document).items() if name != EXAMPLE}
    if not any("litellm_provider" in entry for entry in entries.values()):
        raise OtherFormatError(f"{path}: is no list of LiteLLM's prices: no entry has a litellm_provider")
    if options.date is None:
        raise UnreadableFileError(f"{path}: does not say from when its prices are: give the day with --date")
    for name, entry in entries.items():
        yield _price((name, entry), options.date, options.source or SOURCE, f"{path}: {name}")


def _price(named: tuple[str, dict[str, Any]], day: date, source: str, place: str) -> Item:
    name, entry = named
    provider = text(entry.get("litellm_provider"))
    if provider is None:
        return Skipped("names no provider, as an alias", place)
    amounts = [_amount(entry.get(key)) for key in (INPUT, OUTPUT)]
    if amounts[0] is None or amounts[1] is None:
        return Skipped("has no price per token of input and output", place)
    per_million = (amounts[0] * MILLION, amounts[1] * MILLION)
    return price((_model(name, provider), provider), per_million, day, (source, place))


def _model(name: str, provider: str) -> str:
    """`openrouter/openai/gpt-4o` is `openai/gpt-4o`; `gpt-4o` of openai is `openai/gpt-4o`."""
    rest = name.removeprefix(f"{provider}/")
    return rest if "/" in rest else f"{provider}/{rest}"


def _amount(value: object) -> Decimal | None:
    if value is None or isinstance(value, bool | dict | list):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
