"""Who leads from which day on."""

from datetime import date

from catalogue_api.catalogue.standings import Columns, find_turns

A, B, C = 1, 2, 3


def day(number: int) -> date:
    return date(2026, 1, number)


def turns(
    *results: tuple[int, float, int, int | None], ascending: bool = False
) -> list[tuple[int, int | None]]:
    """Of results of (model, score, begin, end) the days on which a model took the lead."""
    columns = Columns(
        [model for model, _, _, _ in results],
        [score for _, score, _, _ in results],
        [day(begin) for _, _, begin, _ in results],
        [None if end is None else day(end) for _, _, _, end in results],
    )
    return [(turn.day.day, turn.model) for turn in find_turns(columns, ascending=ascending)]


def test_who_is_better_takes_the_lead_and_who_is_only_as_good_does_not() -> None:
    assert turns((A, 1, 1, None), (B, 1, 2, None), (C, 2, 3, None), (A, 3, 4, None)) == [
        (1, A),
        (3, C),
        (4, A),
    ]
    assert turns((A, 2, 1, None), (B, 1, 2, None), ascending=True) == [(1, A), (2, B)]


def test_a_leader_whose_later_result_is_worse_gives_the_lead_away() -> None:
    assert turns((A, 5, 1, None), (B, 4, 1, None), (C, 3, 1, None), (A, 3, 6, None)) == [(1, A), (6, B)]


def test_a_better_result_of_the_leader_is_no_turn() -> None:
    assert turns((A, 1, 1, None), (A, 2, 2, None), (B, 1.5, 3, None)) == [(1, A)]


def test_of_one_day_only_the_end_counts() -> None:
    assert turns((A, 1, 1, None), (B, 2, 2, None), (A, 3, 2, None)) == [(1, A)]


def test_what_is_taken_back_leaves_the_lead_to_whoever_is_the_best_without_it() -> None:
    assert turns((A, 1, 1, None), (B, 9, 2, 5)) == [(1, A), (2, B), (5, A)]
    assert turns((A, 3, 1, None), (B, 2, 1, None), (A, 1, 2, 4)) == [(1, A), (2, B), (4, A)]
    assert turns((A, 3, 1, 4)) == [(1, A), (4, None)]


def test_what_is_taken_back_on_the_day_on_which_it_came_never_led() -> None:
    assert turns((A, 1, 1, None), (B, 9, 2, 2)) == [(1, A)]


def test_a_result_that_came_late_does_not_stand_before_a_later_one_of_its_model() -> None:
    # In the order in which they stand: A's 9 was tested before its 1, and became known after it.
    assert turns((A, 9, 5, None), (A, 1, 1, None), (B, 2, 2, None)) == [(1, A), (2, B)]


def test_nothing_makes_no_turn() -> None:
    assert turns() == []
