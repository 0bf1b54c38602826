"""Prices of models, until when they are offered, and what takes their place."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("models", sa.Column("deprecation_date", sa.Date()))
    op.add_column("models", sa.Column("successor", sa.String(255)))
    op.create_table(
        "model_prices",
        sa.Column("provider", sa.String(255), nullable=False),
        sa.Column("input", sa.Numeric(18, 6), nullable=False),
        sa.Column("output", sa.Numeric(18, 6), nullable=False),
        sa.Column("currency", sa.String(3), server_default=sa.text("'USD'"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(255)),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("model_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("model_id", "provider", "currency", "valid_from", name="uix_model_price"),
    )


def downgrade() -> None:
    op.drop_table("model_prices")
    op.drop_column("models", "successor")
    op.drop_column("models", "deprecation_date")
