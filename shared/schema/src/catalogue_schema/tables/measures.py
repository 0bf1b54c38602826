"""What a result says of its score beside the score, and which results stand side by side."""

from typing import Any

from sqlalchemy import DDL, BigInteger, Computed, Float, String, Uuid, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from catalogue_schema.measures import Relationship, Settings

VARIANT_OF = """
CREATE OR REPLACE FUNCTION variant_of(metric text, settings jsonb, harness text, evaluator text) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN num_nonnulls(metric, nullif(settings, '{}'), harness, evaluator) > 0 THEN
    md5(jsonb_build_array(metric, nullif(settings, '{}'), harness, evaluator)::text)::uuid END
"""


class Measures(SQLModel):
    """As `ResultReported` has them."""

    metric: str | None = Field(default=None, sa_type=String(255))
    unit: str | None = Field(default=None, sa_type=String(50))
    higher_is_better: bool | None = None
    stderr: float | None = Field(default=None, sa_type=Float)
    ci_low: float | None = Field(default=None, sa_type=Float)
    ci_high: float | None = Field(default=None, sa_type=Float)
    ci_level: float | None = Field(default=None, sa_type=Float)
    n: int | None = Field(default=None, sa_type=BigInteger)
    settings: Settings | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    evaluator: str | None = Field(default=None, sa_type=String(255))
    evaluator_relationship: Relationship | None = Field(default=None, sa_type=String(20))
    harness: str | None = Field(default=None, sa_type=String(255))
    harness_version: str | None = Field(default=None, sa_type=String(255))
    source_url: str | None = Field(default=None, sa_type=String(500))
    run_id: str | None = Field(default=None, sa_type=String(255))


MEASURES = tuple(Measures.model_fields)


def variant_column() -> Any:
    """A digest of metric, settings, harness and evaluator, null where none was given: PostgreSQL's own.

    Of one model, benchmark and date, one result stands for each.
    """
    computed = Computed("variant_of(metric, settings, harness, evaluator)", persisted=True)
    return Field(default=None, sa_type=Uuid, sa_column_args=[computed])


def create_variant_of(table_name: str) -> None:
    """Create the function before the table whose column it computes; migrations create their own."""
    ddl = DDL(VARIANT_OF)  # type: ignore[no-untyped-call]
    event.listen(SQLModel.metadata.tables[table_name], "before_create", ddl)
