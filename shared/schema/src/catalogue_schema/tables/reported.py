"""Names as they were reported, where they are not the catalogue's own."""

from typing import Any, Literal

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

ResolvedBy = Literal["alias", "normal_form", "bare_name"]


class ReportedName(SQLModel):
    """A name as it was reported, and how it was known to be the catalogue's."""

    name: str
    resolved_by: ResolvedBy


class Reported(SQLModel):
    model: ReportedName | None = None
    benchmark: ReportedName | None = None


def reported_column() -> Any:
    """`Reported` as JSON; null where every name was the catalogue's."""
    return Field(default=None, sa_type=JSONB(none_as_null=True))
