"""LiteLLM's prices: `model_prices_and_context_window.json`, by model as LiteLLM names it, per token.

https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from catalogue_client.formats.loading import parse_json, read_bytes, table, text
from catalogue_client.formats.prices import price
from catalogue_client.items import Item, Options, OtherFormatError, Skipped

SOURCE = "litellm"
EXAMPLE = "sample_spec"
INPUT, OUTPUT = "input_cost_per_token", "output_cost_per_token"
MILLION = 1_000_000


def read(path: Path, options: Options) -> Iterator[Item]:
    """Each price per token; `--date` says from when, since the file does not. Raises UnreadableFileError."""
    document = parse_json(read_bytes(path), path, exact=True)
    entries = {name: table(entry) for name, entry in table(document).items() if name != EXAMPLE}
    if not entries or not all("litellm_provider" in entry or "mode" in entry for entry in entries.values()):
        raise OtherFormatError(
            f"{path}: is no list of LiteLLM's prices: not each entry has a litellm_provider or mode"
        )
    for name, entry in entries.items():
        yield _price(name, entry, f"{path}: {name}", options)


def _price(name: str, entry: dict[str, Any], place: str, options: Options) -> Item:
    provider = text(entry.get("litellm_provider"))
    if provider is None:
        return Skipped("names no provider", place)
    amounts = [_amount(entry.get(key)) for key in (INPUT, OUTPUT)]
    if amounts[0] is None or amounts[1] is None:
        return Skipped("has no price per token of input and output", place)
    valid_from = options.date.isoformat() if options.date else None
    per_million = (amounts[0] * MILLION, amounts[1] * MILLION)
    return price(
        (_model(name, provider), provider), per_million, valid_from, (options.source or SOURCE, place)
    )


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
