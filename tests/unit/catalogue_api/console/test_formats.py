import pytest
from catalogue_api.console.formats import money, number, path_of, percent


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "\N{EN DASH}"),
        (0, "0"),
        (88.0, "88"),
        (0.871345, "0.8713"),
        (1234567, "1,234,567"),
        (1234.5678, "1,235"),
        (12345.678, "12,346"),
        (0.0000012, "1.2e-06"),
    ],
)
def test_a_number_has_as_many_digits_as_tell_something(value: float | None, text: str) -> None:
    assert number(value) == text


def test_a_share_is_told_in_percent() -> None:
    assert percent(0.874) == "87 %"


def test_a_price_has_the_digits_that_it_needs() -> None:
    assert [money(price) for price in (3, 0.15, 0.000125, 1200)] == ["$3", "$0.15", "$0.000125", "$1,200"]


def test_a_path_keeps_a_names_slashes_and_nothing_else() -> None:
    assert (
        path_of("models", "lab/a b?c#d%", tag=["x&y", "z"], q=None)
        == "/models/lab/a%20b%3Fc%23d%25?tag=x%26y&tag=z"
    )
