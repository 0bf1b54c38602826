import pytest
from catalogue_api.console.formats import (
    decimals,
    fixed,
    host,
    money,
    number,
    path_of,
    path_with,
    percent,
    unit,
    web_address,
)
from starlette.datastructures import QueryParams


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


def test_a_price_has_its_cents_and_what_it_has_of_smaller_parts() -> None:
    assert [money(price) for price in (3, 0.15, 0.000125, 1200)] == [
        "$3.00",
        "$0.15",
        "$0.000125",
        "$1,200.00",
    ]


def test_a_path_keeps_a_names_slashes_and_nothing_else() -> None:
    assert (
        path_of("models", "lab/a b?c#d%", tag=["x&y", "z"], q=None)
        == "/models/lab/a%20b%3Fc%23d%25?tag=x%26y&tag=z"
    )


def test_a_page_is_asked_again_with_other_values_and_without_those_that_are_empty() -> None:
    query = QueryParams("q=&tag=a&tag=b%26c&cursor=x&limit=5")

    assert path_with(query, "models", cursor=None) == "/models?tag=a&tag=b%26c&limit=5"
    assert path_with(query, "models", cursor="y", tag=None) == "/models?cursor=y&limit=5"


@pytest.mark.parametrize(
    ("text", "is_address"),
    [
        ("https://example.org/a?b#c", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https:", False),
        ("http://[", False),
        ("a blog", False),
        (None, False),
    ],
)
def test_a_link_leads_to_addresses_of_the_web_alone(text: str | None, *, is_address: bool) -> None:
    assert web_address(text) == (text if is_address else None)


def test_percent_is_written_by_its_sign_a_fraction_by_nothing_and_other_units_as_they_are() -> None:
    assert [unit(name) for name in ("percent", "fraction", "seconds", None)] == ["%", "", "seconds", ""]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([73.7, 5.26, None], ["73.70", "5.26", "\N{EN DASH}"]),
        ([0.4224, 0.419, -0.0004], ["0.4224", "0.4190", "\N{MINUS SIGN}0.0004"]),
        ([1450.6, 1200], ["1,451", "1,200"]),
        ([3, 12], ["3", "12"]),
        ([1e300, 1.5], ["1e+300", "2"]),
        ([], []),
    ],
)
def test_numbers_below_each_other_have_their_points_there_too(
    values: list[float | None], texts: list[str]
) -> None:
    places = decimals(values)

    assert [fixed(value, places) for value in values] == texts


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://www.example.org/a/long?path", "example.org"),
        ("http://a.example.org:8080/", "a.example.org"),
        ("https://@", "https://@"),
    ],
)
def test_a_source_is_named_by_its_host(address: str, name: str) -> None:
    assert host(address) == name
