"""Prices of models, per million tokens."""

from datetime import date
from decimal import Decimal

from catalogue_client.items import Record

PRICES = "/v1/model-prices"
SMALLEST = Decimal("0.000001")
"""What the catalogue keeps of a price per million tokens; one per token may have a longer tail."""


def price(
    of: tuple[str, str], per_million: tuple[Decimal, Decimal], valid_from: date, told: tuple[str, str]
) -> Record:
    """What a provider asks for a model's input and output, in US dollars.

    `of` is the model and the provider, `told` the source and the place in it.
    """
    model, provider = of
    source, place = told
    fields = {
        "model": model,
        "provider": provider,
        "input": plain(per_million[0]),
        "output": plain(per_million[1]),
        "currency": "USD",
        "valid_from": valid_from.isoformat(),
        "source": source,
    }
    return Record(PRICES, fields, place)


def plain(amount: Decimal) -> str:
    """To the millionth, without an exponent or zeros at its end."""
    return format(amount.quantize(SMALLEST).normalize() + 0, "f")
