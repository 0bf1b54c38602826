"""Users."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    now = sa.text("now()")
    op.create_table(
        "users",
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("role", sa.String(20), server_default="reader", nullable=False),
        sa.Column("password_hash", sa.String(255)),
        sa.CheckConstraint("role IN ('reader', 'producer', 'reviewer', 'editor', 'admin')", name="known_role"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("uix_users_email", "users", [sa.text("lower(email::text)")], unique=True)
    op.execute(
        "CREATE TRIGGER set_updated_at BEFORE UPDATE ON users "
        "FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION set_updated_at()"
    )


def downgrade() -> None:
    op.drop_table("users")
