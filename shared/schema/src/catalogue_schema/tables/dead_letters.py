"""Messages that could not be processed, kept until somebody has dealt with them."""

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from catalogue_schema.tables.counts import keep_counts
from catalogue_schema.tables.mixins import TimestampMixin, keep_updated_at, now, producer_column

Status = Literal["open", "replaying", "replayed", "recorded", "discarded"]


class DeadLetterRow(TimestampMixin, table=True):
    """One row a producer's event of a type, or one a message where the event's id could not be read.

    `type` is what was submitted. An event that came again with other content is a row of its own, with the
    reason `event_id_conflict`. `replaying` waits to be published again; `replayed` was; `recorded` has become
    a row since. `history` holds the failures before this one. Each header is a pair of name and base64
    value, in the message's order.
    """

    __tablename__ = "dead_letters"
    __table_args__ = (
        Index(
            "uix_dead_letters_event",
            "event_id",
            "producer",
            "type",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("event_id IS NOT NULL AND reason <> 'event_id_conflict'"),
        ),
        Index(
            "uix_dead_letters_conflict",
            "event_id",
            "producer",
            "type",
            text("md5(value)"),
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("event_id IS NOT NULL AND reason = 'event_id_conflict'"),
        ),
        # What it holds, too: a topic that was deleted and made again counts its offsets anew.
        Index(
            "uix_dead_letters_message",
            "topic",
            "partition",
            "offset",
            text("md5(value)"),
            text("md5(detail)"),
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("event_id IS NULL"),
        ),
        Index(
            "ix_dead_letters_unknown_model",
            text("bare_name(model)"),
            postgresql_where=text("status = 'open' AND reason = 'unknown_model'"),
        ),
        Index(
            "ix_dead_letters_unknown_benchmark",
            text("normal_name(benchmark)"),
            postgresql_where=text("status = 'open' AND reason = 'unknown_benchmark'"),
        ),
        # The oldest and the newest of those that wait for a name, by its digest, as they are counted.
        Index(
            "ix_dead_letters_waiting_model",
            text("(md5(model)::uuid)"),
            "id",
            postgresql_where=text("status = 'open' AND reason = 'unknown_model'"),
        ),
        Index(
            "ix_dead_letters_waiting_benchmark",
            text("(md5(benchmark)::uuid)"),
            "id",
            postgresql_where=text("status = 'open' AND reason = 'unknown_benchmark'"),
        ),
        Index(
            "ix_dead_letters_replaying",
            "topic",
            "partition",
            "offset",
            postgresql_where=text("status = 'replaying'"),
        ),
        Index("ix_dead_letters_status_id", "status", "id"),
        Index("ix_dead_letters_reason_id", "reason", "id"),
        CheckConstraint(
            "status IN ('open', 'replaying', 'replayed', 'recorded', 'discarded')",
            name="ck_dead_letters_status",
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    event_id: UUID | None = None
    reason: str = Field(sa_type=String(50))
    detail: str = Field(sa_type=Text)
    exception_class: str = Field(sa_type=String(255))
    topic: str = Field(sa_type=String(249))
    partition: int
    offset: int = Field(sa_type=BigInteger)
    key: bytes | None = Field(default=None, sa_type=LargeBinary)
    value: bytes | None = Field(default=None, sa_type=LargeBinary)
    headers: list[tuple[str, str]] = Field(
        default_factory=list, sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")}
    )
    model: str | None = Field(default=None, sa_type=Text)
    benchmark: str | None = Field(default=None, sa_type=Text)
    attempts: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    status: str = Field(
        default="open", sa_type=String(20), sa_column_kwargs={"server_default": text("'open'")}
    )
    type: str | None = Field(default=None, sa_type=String(50))
    source: str | None = Field(default=None, sa_type=Text)
    failed_at: AwareDatetime = Field(
        default_factory=now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )
    history: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")}
    )
    note: str | None = Field(default=None, sa_type=Text)
    producer: UUID | None = producer_column()


keep_updated_at("dead_letters")


def _standing() -> tuple[Column[str], Column[str]]:
    return Column("reason", String(50), nullable=False), Column("status", String(20), nullable=False)


def _counts_by_name(kind: Literal["model", "benchmark"]) -> Table:
    """By the MD5 of a letter's name: names are of any length, and what is erased has to be gone."""
    digest = Column("name", Uuid, nullable=False, info={"of": f"md5({kind})::uuid"})
    return keep_counts(
        "dead_letters",
        f"dead_letter_{kind}_counts",
        digest,
        *_standing(),
        where=f"{kind} IS NOT NULL",
        triggers=f"count_{kind}s",
    )


LETTER_COUNTS = keep_counts(
    "dead_letters", "dead_letter_counts", Column("topic", String(249), nullable=False), *_standing()
)
LETTER_MODEL_COUNTS = _counts_by_name("model")
LETTER_BENCHMARK_COUNTS = _counts_by_name("benchmark")

RECORDED_IN = {
    "OpinionSubmitted": "opinions",
    "ResultReported": "result_reports",
    "UseCaseMentioned": "use_cases",
    "SubmissionRetracted": "retractions",
}
"""The table with a row for each event of a type, known by its event_id and producer."""

_ROWS = " OR ".join(
    f"d.type = '{event}' AND EXISTS (SELECT FROM {table} r WHERE r.event_id = d.event_id "
    "AND (d.producer IS NULL OR d.producer = r.producer))"
    for event, table in RECORDED_IN.items()
)
IS_RECORDED = f"coalesce({_ROWS}, false)"
"""SQL: whether the event of the dead letter `d` has become a row."""
