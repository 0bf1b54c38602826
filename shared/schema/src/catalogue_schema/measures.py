"""What a result may say of its score, in the words of Every Eval Ever where it has one.

https://github.com/evaleval/every_eval_ever, its schema of version 0.3.0.
"""

from typing import Annotated, Literal

from annotated_types import Gt, Lt
from pydantic import AfterValidator, Field, StringConstraints

from catalogue_schema.text import NO_NUL, Tag

Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Unit = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50, pattern=NO_NUL)]
"""Such as `percent`, `fraction`, `usd` or `seconds`."""
Deviation = Annotated[Finite, Field(ge=0)]
Level = Annotated[float, Gt(0), Lt(1)]
Count = Annotated[int, Field(ge=0, lt=2**63)]
Relationship = Literal["first_party", "third_party", "collaborative", "other"]
"""The evaluator's to whoever made the model."""

_Text = Annotated[str, StringConstraints(max_length=1000, pattern=NO_NUL)]
_Integer = Annotated[int, Field(strict=True, ge=-(2**63), lt=2**63)]
_Boolean = Annotated[bool, Field(strict=True)]
Setting = bool | int | float | str | None


def _normal(settings: dict[str, Setting]) -> dict[str, Setting]:
    """In the order of their names, 5.0 as 5: jsonb would tell these apart, and the same settings are one."""
    return {name: _whole(value) for name, value in sorted(settings.items())}


def _whole(value: Setting) -> Setting:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


Settings = Annotated[
    dict[Tag, _Boolean | _Integer | Finite | _Text | None], Field(max_length=50), AfterValidator(_normal)
]
"""How it was run, flat: shots, temperature, effort and the like. The same settings are written one way."""
