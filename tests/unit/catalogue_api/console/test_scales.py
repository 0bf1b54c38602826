from datetime import date

import pytest
from catalogue_api.console.charts.scales import (
    DRAWN,
    Days,
    Linear,
    Logarithmic,
    spread,
    spread_by_factor,
    step_of,
)
from hypothesis import assume, example, given
from hypothesis import strategies as st

finite = st.floats(-1e12, 1e12)


@given(st.lists(finite))
@example([1e308, -1e308])
def test_a_spread_holds_all_values_and_is_never_nothing(values: list[float]) -> None:
    low, high = spread(values)

    assert low < high
    assert all(low <= value <= high for value in values if abs(value) < DRAWN)


@given(st.lists(st.floats(1e-9, 1e12), min_size=1))
def test_a_spread_by_factor_holds_all_values(values: list[float]) -> None:
    low, high = spread_by_factor(values)

    assert 0 < low < min(values)
    assert high > max(values)


@given(finite, st.floats(1e-6, 1e12))
def test_marks_stand_within_the_scale_and_a_few_are_there(low: float, span: float) -> None:
    assume(abs(low) < span * 1e6)
    scale = Linear(low, low + span, 0, 100)

    assert all(-1 <= tick.place <= 101 for tick in scale.ticks)
    assert 2 <= len(scale.ticks) <= 11


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0, 100, ["0", "20", "40", "60", "80", "100"]),
        (0.2, 1.1, ["0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0, 10_000, ["0", "2,000", "4,000", "6,000", "8,000", "10,000"]),
        (0, 12, ["0.0", "2.5", "5.0", "7.5", "10.0"]),
    ],
)
def test_marks_are_numbers_that_one_counts_by(low: float, high: float, texts: list[str]) -> None:
    assert [tick.text for tick in Linear(low, high, 0, 1).ticks] == texts


def test_a_scale_may_run_upwards() -> None:
    assert Linear(0, 10, 300, 0)(2.5) == 225


def test_orders_of_magnitude_are_equally_far_apart() -> None:
    scale = Logarithmic(0.1, 1000, 0, 400)

    assert [tick.text for tick in scale.ticks] == ["0.1", "1", "10", "100", "1,000"]
    assert [round(tick.place) for tick in scale.ticks] == [0, 100, 200, 300, 400]


@pytest.mark.parametrize(
    ("first", "last", "texts"),
    [
        (date(2025, 1, 10), date(2025, 4, 2), ["Feb 2025", "Mar 2025", "Apr 2025"]),
        (
            date(2024, 1, 1),
            date(2025, 5, 31),
            ["Jan 2024", "Apr 2024", "Jul 2024", "Oct 2024", "Jan 2025", "Apr 2025"],
        ),
        (date(2019, 5, 1), date(2025, 5, 1), ["2020", "2021", "2022", "2023", "2024", "2025"]),
    ],
)
def test_days_are_marked_where_months_or_years_begin(first: date, last: date, texts: list[str]) -> None:
    assert [tick.text for tick in Days(first.toordinal(), last.toordinal(), 0, 1).ticks] == texts


@given(st.floats(1e-9, 1e12))
def test_a_step_divides_a_span_into_two_to_five_parts(span: float) -> None:
    assert 2 <= span / step_of(span) <= 5.0000001
