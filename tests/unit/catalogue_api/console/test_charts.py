"""What charts draw, of what there is to draw."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from catalogue_api.catalogue.agreement import Agreement
from catalogue_api.catalogue.compare import Compared
from catalogue_api.catalogue.leads import Lead
from catalogue_api.catalogue.sentiment import Month
from catalogue_api.catalogue.value import Value
from catalogue_api.console.charts.agreement import OUTLIERS, scores_and_opinions
from catalogue_api.console.charts.leads import lead_steps
from catalogue_api.console.charts.months import sentiment_months
from catalogue_api.console.charts.names import Box, place_names
from catalogue_api.console.charts.prices import price_steps
from catalogue_api.console.charts.shares import positive_shares
from catalogue_api.console.charts.value import cost_and_score
from catalogue_schema.sentiment import SENTIMENTS
from catalogue_schema.tables import ModelPriceResponse, ModelResponse
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 3, 9)


def price(provider: str, output: float, day: date, currency: str = "USD") -> ModelPriceResponse:
    said: dict[str, Any] = {"provider": provider, "output": output, "valid_from": day, "currency": currency}
    return ModelPriceResponse(model="lab/a", input=output / 4, source=None, **said)


def value(model: str, cost: float, score: float, *, best: bool) -> Value:
    said: dict[str, Any] = {"low": score, "high": score, "metric": None, "unit": None, "input": cost}
    said |= {"output": cost, "provider": "cloud", "currency": "USD", "event_id": UUID(int=1)}
    return Value(model=model, cost=cost, score=score, on_frontier=best, **said)


def month(first: date, **counts: int) -> Month:
    return Month.model_validate({"month": first, "opinions": dict.fromkeys(SENTIMENTS, 0) | counts})


def test_a_price_holds_from_its_day_until_the_next_and_the_last_until_today() -> None:
    chart = price_steps([price("cloud", 2, date(2025, 6, 1)), price("cloud", 4, date(2025, 1, 1))], TODAY)

    assert chart is not None
    output, input_ = chart.series
    days = [date(2025, 1, 1), date(2025, 6, 1), TODAY]
    assert [(point.x, point.y) for point in output.points] == [
        (day.toordinal(), paid) for day, paid in zip(days, (4, 2, 2), strict=True)
    ]
    assert output.shape == "steps"
    assert output.look != input_.look


def test_of_many_providers_the_cheapest_four_are_drawn_in_the_usual_currency() -> None:
    prices = [price(f"p{number}", number + 1, date(2025, 1, 1)) for number in range(6)]
    chart = price_steps([*prices, price("euro", 0.1, date(2025, 1, 1), "EUR")], TODAY)

    assert chart is not None
    assert [series.name for series in chart.series[:4]] == [f"p{number}, output" for number in range(4)]
    assert len({series.look for series in chart.series}) == 8
    assert chart.y.name == "USD per million tokens"


@given(st.lists(st.dates(), min_size=1, max_size=5), st.dates())
def test_prices_of_any_days_can_be_drawn(days: list[date], today: date) -> None:
    chart = price_steps([price("cloud", 1, day) for day in days], today)

    assert chart is not None
    assert all(series.line.startswith("M") for series in chart.placed)
    assert len(chart.x_ticks) < 20


def test_without_a_price_or_an_opinion_there_is_nothing_to_draw() -> None:
    assert price_steps([], TODAY) is None
    assert cost_and_score([value("lab/a", 0, 1, best=True)], "t") is None
    assert scores_and_opinions([]) is None
    assert sentiment_months("t", [month(TODAY)]) is None


def test_months_are_stacked_without_gaps_and_hold_their_counts() -> None:
    chart = sentiment_months(
        "t", [month(date(2025, 12, 1), positive=3, negative=1), month(date(2026, 1, 1), mixed=2)]
    )

    assert chart is not None
    negative, positive, mixed = chart.blocks
    assert (negative.kind, positive.kind, mixed.kind) == ("negative", "positive", "mixed")
    assert negative.y == pytest.approx(positive.y + positive.height, abs=0.2)
    assert positive.height == pytest.approx(3 * negative.height, abs=0.3)
    assert positive.x + positive.width < mixed.x
    assert positive.text == "December 2025: 3 positive"
    january = chart.x_ticks[-1]
    assert january.text == "Jan 2026"
    assert january.place == pytest.approx(mixed.x + mixed.width / 2, abs=0.2)
    assert [tick.text for tick in chart.y_ticks] == ["0", "1", "2", "3", "4"]


def test_opinions_without_a_sentiment_stand_on_top_where_there_are_any() -> None:
    of_march = month(date(2026, 3, 1), positive=1)
    of_march.unclassified = 2
    chart = sentiment_months("t", [of_march])

    assert chart is not None
    assert [(block.kind, block.text) for block in chart.blocks] == [
        ("positive", "March 2026: 1 positive"),
        ("unclassified", "March 2026: 2 unclassified"),
    ]
    assert "unclassified" not in of_march.model_dump(), "the API's answer has what it had"


def test_the_frontier_is_a_line_from_cheap_to_dear_with_names() -> None:
    found = [
        value("lab/dear", 9, 3, best=True),
        value("lab/cheap", 1, 1, best=True),
        value("lab/mid", 5, 0.5, best=False),
    ]
    chart = cost_and_score(found, "t")

    assert chart is not None
    others, frontier = chart.series
    assert [point.name for point in frontier.points] == ["cheap", "dear"]
    assert [point.name for point in others.points] == [None]
    assert {name.text for name in chart.names} == {"cheap", "dear"}
    assert chart.y.name == "score (no unit given)"


def test_an_axis_of_scores_says_the_metric_and_the_unit_that_most_of_them_have() -> None:
    said = [value("lab/a", 1, 1, best=False), value("lab/b", 2, 2, best=False)]
    said[1] = said[1].model_copy(update={"metric": "accuracy", "unit": "fraction"})
    chart = cost_and_score(said, "t")

    assert chart is not None
    assert chart.y.name == "accuracy (fraction)"


def test_where_what_is_free_is_best_there_is_no_line() -> None:
    chart = cost_and_score([value("lab/free", 0, 9, best=True), value("lab/dear", 9, 3, best=False)], "t")

    assert chart is not None
    assert [series.name for series in chart.series] == ["others"]


def test_the_models_that_differ_most_are_named_on_either_side_of_the_line() -> None:
    shared = {
        "percentile_low": 0,
        "percentile_high": 1,
        "benchmarks": 1,
        "opinions": 9,
        "positive_low": 0,
        "positive_high": 1,
    }
    found = [
        Agreement.model_validate(
            {**shared, "model": f"lab/{n}", "percentile": 0.5, "positive": 0.5 + d, "difference": d}
        )
        for n, d in enumerate([0.4, -0.4] + [0.1] * 10)
    ]
    chart = scores_and_opinions(found)

    assert chart is not None
    liked, scored, same = chart.series
    assert same.shape == "guide"
    assert len(liked.points) == 11
    assert len(scored.points) == 1
    assert sum(point.name is not None for series in chart.series for point in series.points) == OUTLIERS


def test_shares_of_a_model_keep_its_look_where_another_has_none() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    models = [
        Compared(
            model=ModelResponse(id=1, name=name, organization="lab", created_at=moment, updated_at=moment),
            prices=[],
            sentiment=months,
        )
        for name, months in (("lab/a", []), ("lab/b", [month(date(2026, 1, 1), positive=1, mixed=3)]))
    ]
    chart = positive_shares(models)

    assert chart is not None
    [series] = chart.series
    assert (series.name, series.look) == ("lab/b", 2)
    assert [point.y for point in series.points] == [25]


def test_a_share_is_of_three_months_since_one_has_few_opinions() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    model = ModelResponse(id=1, name="lab/a", organization="lab", created_at=moment, updated_at=moment)
    months = [
        month(date(2026, 2, 1), positive=1),
        month(date(2026, 1, 1), negative=2),
        month(date(2025, 12, 1), positive=1),
        month(date(2025, 11, 1), negative=4),
    ]
    chart = positive_shares([Compared(model=model, prices=[], sentiment=months)])

    assert chart is not None
    assert [point.y for point in chart.series[0].points] == pytest.approx([0, 20, 100 / 7, 50])
    assert chart.series[0].points[-1].text == "lab/a, 3 months to February 2026: 50 % of 4 positive"


points = st.tuples(st.integers(0, 300), st.integers(0, 200))


@given(st.lists(points, unique=True, max_size=30), st.lists(points, max_size=50))
def test_names_stand_in_the_picture_and_none_upon_another_or_another_named_point(
    named: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    whole = Box(0, 0, 300, 200)
    boxes = [name.box for name in place_names([(x, y, "a name") for x, y in named], others, whole)]

    assert all(box.is_in(whole) for box in boxes)
    assert not any(one.meets(other) for n, one in enumerate(boxes) for other in boxes[n + 1 :])
    assert not any(box.meets(Box(x - 4, y - 4, x + 4, y + 4)) for box in boxes for x, y in named)


def test_one_point_has_its_name_beside_it() -> None:
    [name] = place_names([(150, 100, "a name")], [], Box(0, 0, 300, 200))

    assert abs(name.x - 150) < 10
    assert abs(name.y - 100) < 15


def test_each_lead_is_a_step_in_order_of_days_and_the_last_holds_until_today() -> None:
    said = [("lab/b", date(2025, 6, 1), None, 9.0), ("lab/a", date(2025, 1, 1), date(2025, 6, 1), 7.0)]
    leads = [Lead(model=model, since=since, until=until, score=score) for model, since, until, score in said]
    chart = lead_steps(leads, "score", TODAY)

    assert chart is not None
    [series] = chart.series
    assert [(point.name, point.y) for point in series.points] == [("a", 7), ("b", 9), (None, 9)]
    assert series.points[-1].x == TODAY.toordinal()
    assert lead_steps([], "score", TODAY) is None
