"""Messages that could not be processed, kept until somebody has dealt with them."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from catalogue_schema.tables.mixins import TimestampMixin, keep_updated_at


class DeadLetterRow(TimestampMixin, table=True):
    """One row an event, or one a message where the event's id could not be read.

    Each header is a pair of name and base64 value, in the message's order.
    """

    __tablename__ = "dead_letters"
    __table_args__ = (
        Index(
            "uix_dead_letters_event_id",
            "event_id",
            unique=True,
            postgresql_where=text("event_id IS NOT NULL"),
        ),
        Index(
            "uix_dead_letters_message",
            "topic",
            "partition",
            "offset",
            unique=True,
            postgresql_where=text("event_id IS NULL"),
        ),
        CheckConstraint("status IN ('open', 'replayed', 'discarded')", name="ck_dead_letters_status"),
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


keep_updated_at("dead_letters")
