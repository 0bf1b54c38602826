import json
from typing import Any

import pytest
from catalogue_api.http.problems import Conflict, Invalid, Problem, Unavailable, field_errors, json_pointer
from pydantic import BaseModel, ValidationError


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [((), ""), (("score",), "/score"), (("tags", 0), "/tags/0"), (("a/b", "m~n", ""), "/a~1b/m~0n/")],
)
def test_pointers_are_as_rfc_6901_has_them(parts: tuple[Any, ...], pointer: str) -> None:
    assert json_pointer(*parts) == pointer


def body(problem: Problem) -> dict[str, Any]:
    response = problem.response()
    assert response.media_type == "application/problem+json"
    document: dict[str, Any] = json.loads(bytes(response.body))
    return document


def test_a_problem_says_what_kind_it_is_and_what_is_wrong() -> None:
    assert body(Conflict("The name is taken.")) == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "The name is taken.",
    }


def test_wrong_fields_are_listed() -> None:
    errors = [{"pointer": "/score", "reason": "is required"}]

    assert body(Invalid(errors))["errors"] == errors  # type: ignore[arg-type]


@pytest.mark.parametrize(("seconds", "header"), [(0.2, "1"), (5, "5"), (2.6, "3")])
def test_what_is_away_says_when_to_come_back_in_whole_seconds(seconds: float, header: str) -> None:
    problem = Unavailable("Away.", seconds, event_ids=["x"])

    assert problem.response().headers["Retry-After"] == header
    assert body(problem)["event_ids"] == ["x"]


def test_pydantics_errors_become_pointers_and_plain_reasons() -> None:
    class Inner(BaseModel, extra="forbid"):
        numbers: list[int]

    class Outer(BaseModel):
        inner: Inner
        other: int

    with pytest.raises(ValidationError) as refused:
        Outer.model_validate({"inner": {"numbers": [1, "x"], "new": 1}})

    errors = {error["pointer"]: error["reason"] for error in field_errors(refused.value.errors())}
    assert errors.keys() == {"/inner/numbers/1", "/inner/new", "/other"}
    assert errors["/other"] == "is required"
    assert errors["/inner/new"] == "is not a field that is known here"
