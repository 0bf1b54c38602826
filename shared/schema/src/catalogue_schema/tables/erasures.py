"""What was erased, what is not to come back, and which events consumers are told to delete."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import (
    DDL,
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    Uuid,
    event,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from catalogue_schema.tables.mixins import now

STANDS = (
    "event_id, producer, occurred_at, score, source, reported, metric, unit, higher_is_better, stderr, "
    "ci_low, ci_high, ci_level, n, settings, evaluator, evaluator_relationship, harness, harness_version, "
    "source_url, run_id"
)
OF_REPORT = ", ".join(f"r.{name}" for name in STANDS.split(", "))
SAME_PLACE = " AND ".join(
    f"r.{name} IS NOT DISTINCT FROM p.{name}"
    for name in ("model_id", "benchmark_id", "date_tested", "variant")
)
TABLES = ("opinions", "use_cases", "benchmark_results", "result_reports", "retractions", "dead_letters")
DELETES = "".join(
    f"""
    DELETE FROM {table} t USING jsonb_to_recordset(events) AS e (event_id uuid, producer uuid)
    WHERE t.event_id = e.event_id AND t.producer IS NOT DISTINCT FROM e.producer;
    GET DIAGNOSTICS gone = ROW_COUNT;
    counts := counts || jsonb_build_object('{table}', gone);"""
    for table in TABLES
)
# With its owner's rights: whoever takes the API over can erase whole events, and delete nothing else. Of the
# reports that are left, the latest takes the place of a result that went.
ERASE_EVENTS = f"""
CREATE OR REPLACE FUNCTION erase_events(events jsonb, letters bigint[]) RETURNS jsonb LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    counts jsonb := '{{}}';
    places jsonb;
    gone bigint;
BEGIN
    SELECT jsonb_agg(DISTINCT jsonb_build_object('model_id', t.model_id, 'benchmark_id', t.benchmark_id,
                                                 'date_tested', t.date_tested, 'variant', t.variant))
    INTO places
    FROM benchmark_results t JOIN jsonb_to_recordset(events) AS e (event_id uuid, producer uuid)
        ON t.event_id = e.event_id AND t.producer IS NOT DISTINCT FROM e.producer;
    {DELETES.strip()}
    DELETE FROM dead_letters WHERE id = ANY (letters);
    GET DIAGNOSTICS gone = ROW_COUNT;
    counts := counts || jsonb_build_object('dead_letters', gone + CAST(counts->>'dead_letters' AS bigint));
    INSERT INTO benchmark_results (model_id, benchmark_id, date_tested, variant, {STANDS})
    SELECT DISTINCT ON (r.model_id, r.benchmark_id, r.date_tested, r.variant)
        r.model_id, r.benchmark_id, r.date_tested, r.variant, {OF_REPORT}
    FROM jsonb_to_recordset(coalesce(places, '[]')) AS p (
        model_id bigint, benchmark_id bigint, date_tested date, variant uuid)
    JOIN result_reports r ON {SAME_PLACE}
    WHERE NOT EXISTS (SELECT FROM retractions t
                      WHERE t.retracts = r.event_id AND (t.producer = r.producer) IS NOT FALSE)
    ORDER BY r.model_id, r.benchmark_id, r.date_tested, r.variant,
        r.occurred_at DESC, r.event_id DESC, r.producer DESC NULLS LAST;
    RETURN counts;
END $$
"""


def _moment() -> Any:
    return Field(
        default_factory=now, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )


class Erasure(SQLModel, table=True):
    """A request, without whom it was about. `counts` is by table; `done_at` is null until all is gone."""

    __tablename__ = "erasures"

    id: UUID = Field(default_factory=uuid7, primary_key=True, sa_type=Uuid)
    created_at: AwareDatetime = _moment()
    kind: str = Field(sa_type=String(20))
    done_at: AwareDatetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    counts: dict[str, int] = Field(
        default_factory=dict, sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")}
    )


class Suppression(SQLModel, table=True):
    """A subject whose events are not recorded; of the kind `key` there is one, by which the key is known."""

    __tablename__ = "suppressions"
    __table_args__ = (
        UniqueConstraint("kind", "digest", name="uix_suppressions"),
        Index("uix_suppressions_key", "kind", unique=True, postgresql_where=text("kind = 'key'")),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    kind: str = Field(sa_type=String(20))
    digest: bytes = Field(sa_type=LargeBinary)
    erasure_id: UUID | None = Field(default=None, sa_type=Uuid, sa_column_args=[ForeignKey("erasures.id")])


class ErasedEvent(SQLModel, table=True):
    """An event that was erased, or came and was not recorded: `stood_at` is when it last stood on a topic."""

    __tablename__ = "erased_events"
    __table_args__ = (
        UniqueConstraint(
            "event_id", "producer", name="uix_erased_events", postgresql_nulls_not_distinct=True
        ),
        Index("ix_erased_events_untold", "id", postgresql_where=text("NOT is_told")),
        Index("ix_erased_events_erasure_id", "erasure_id", "stood_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    erasure_id: UUID = Field(sa_type=Uuid, sa_column_args=[ForeignKey("erasures.id")])
    event_id: UUID = Field(sa_type=Uuid)
    producer: UUID | None = Field(default=None, sa_type=Uuid)
    stood_at: AwareDatetime = _moment()
    is_told: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    """Whether consumers were told (SubjectErased)."""


# Whatever it is made before, the tables that it names are there when it runs.
event.listen(
    SQLModel.metadata.tables["erased_events"],
    "after_create",
    DDL(ERASE_EVENTS.replace("%", "%%")),  # type: ignore[no-untyped-call]
)
