"""What providers ask for models: append-only, a price for each day from which one holds."""

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, StringConstraints
from sqlalchemy import BigInteger, DateTime, Numeric, String, UniqueConstraint, func, text
from sqlmodel import Field, Relationship, SQLModel

from catalogue_schema.tables.mixins import RequestSchema, now
from catalogue_schema.text import Name, ShortText
from catalogue_schema.times import Date

if TYPE_CHECKING:
    from catalogue_schema.tables.models import Model

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""An ISO 4217 code."""


class ModelPriceBase(SQLModel):
    """`input` and `output` are per million tokens."""

    provider: ShortText = Field(sa_type=String(255))
    input: Decimal = Field(ge=0, max_digits=18, decimal_places=6, sa_type=Numeric(18, 6))
    output: Decimal = Field(ge=0, max_digits=18, decimal_places=6, sa_type=Numeric(18, 6))
    currency: Currency = Field(
        default="USD", sa_type=String(3), sa_column_kwargs={"server_default": text("'USD'")}
    )
    valid_from: Date
    source: ShortText | None = Field(default=None, sa_type=String(255))


class ModelPrice(ModelPriceBase, table=True):
    __tablename__ = "model_prices"
    __table_args__ = (
        UniqueConstraint("model_id", "provider", "currency", "valid_from", name="uix_model_price"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    model_id: int = Field(foreign_key="models.id", ondelete="CASCADE", sa_type=BigInteger)
    created_at: AwareDatetime = Field(
        default_factory=now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )

    model: "Model" = Relationship(back_populates="prices")


class ModelPriceCreate(ModelPriceBase, RequestSchema):
    model: Name


class ModelPriceResponse(SQLModel):
    model: str
    provider: str
    input: float
    output: float
    currency: str
    valid_from: Date
    source: str | None
