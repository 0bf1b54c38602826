"""Dates and times that every event and API schema shares.

Checked by pydantic-core's own schemas where they come as JSON: a validator in Python costs ten times as much,
and events come by the ten thousand a second.
"""

from datetime import UTC, date, datetime
from operator import methodcaller
from typing import Annotated, Any

from annotated_types import Ge, Le
from pydantic import AfterValidator, AwareDatetime, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

NOT_ISO_8601 = "must be ISO 8601, such as 2026-03-09 or 2026-03-09T14:30:00Z"


class Iso8601:
    """No number: Pydantic would take 0 for 1970, and guess whether one counts seconds or milliseconds."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = handler(source)
        text = core_schema.custom_error_schema(
            core_schema.str_schema(strict=True, pattern=r"^\d{4}-"),
            custom_error_type="not_iso_8601",
            custom_error_message=NOT_ISO_8601,
        )
        return core_schema.json_or_python_schema(
            json_schema=core_schema.chain_schema([text, inner]),
            python_schema=core_schema.no_info_before_validator_function(_begins_with_a_year, inner),
        )


def _begins_with_a_year(value: Any) -> Any:
    if not isinstance(value, date) and str(value)[4:5] != "-":
        raise PydanticCustomError("not_iso_8601", NOT_ISO_8601)
    return value


Date = Annotated[date, Iso8601()]
"""A calendar date."""

# The bounds leave room for any offset from UTC.
Time = Annotated[
    AwareDatetime,
    Ge(datetime(1, 1, 2, tzinfo=UTC)),
    Le(datetime(9999, 12, 30, tzinfo=UTC)),
    Iso8601(),
    AfterValidator(methodcaller("astimezone", UTC)),
]
"""A moment: read with any offset from UTC, kept in UTC."""
