"""What was reported, where it is not what the catalogue has."""

from typing import Any, Literal

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

ResolvedBy = Literal["alias", "normal_form", "bare_name"]


class ReportedName(SQLModel):
    """A name as it was reported, and how it was known to be the catalogue's."""

    name: str
    resolved_by: ResolvedBy


class Reported(SQLModel):
    """`score` and `unit` where the score was converted to its metric's unit."""

    model: ReportedName | None = None
    benchmark: ReportedName | None = None
    score: float | None = None
    unit: str | None = None


def reported_column() -> Any:
    """`Reported` as JSON; null where every name was the catalogue's, and the score its metric's."""
    return Field(default=None, sa_type=JSONB(none_as_null=True))
