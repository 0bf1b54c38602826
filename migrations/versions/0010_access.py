"""Keys, sessions, and what was done by whom."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def entity() -> list[sa.Column]:
    now = sa.text("now()")
    return [
        sa.Column("created_at", MOMENT, server_default=now, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=now, nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), primary_key=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "api_keys",
        *entity(),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("scopes", ARRAY(sa.Text()), nullable=False),
        sa.Column("expires_at", MOMENT),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("last_four", sa.String(4), nullable=False),
        sa.Column("previous_digest", sa.LargeBinary()),
        sa.Column("previous_ends_at", MOMENT),
        sa.Column("last_used_at", MOMENT),
    )
    op.create_table(
        "sessions",
        *entity(),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("expires_at", MOMENT, nullable=False),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "audit_entries",
        sa.Column("actor", sa.String(20), nullable=False),
        sa.Column("actor_id", sa.Uuid()),
        sa.Column("action", sa.String(50), nullable=False),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("target", sa.String(255)),
        sa.Column("address", sa.String(45)),
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
    )
    op.create_index("ix_audit_entries_target_id", "audit_entries", ["target", "id"])
    op.create_index("ix_audit_entries_actor_id_id", "audit_entries", ["actor_id", "id"])
    # That a key was used is no change of it.
    for table, but_for in (("api_keys", " AND OLD.last_used_at IS NOT DISTINCT FROM NEW.last_used_at"), ("sessions", "")):
        op.execute(
            f"CREATE TRIGGER set_updated_at BEFORE UPDATE ON {table} "
            f"FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*{but_for}) EXECUTE FUNCTION set_updated_at()"
        )


def downgrade() -> None:
    for table in ("audit_entries", "sessions", "api_keys"):
        op.drop_table(table)
