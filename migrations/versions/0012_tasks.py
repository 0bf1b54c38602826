"""Tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    now = sa.text("now()")
    op.create_table(
        "tasks",
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("priority", sa.String(20), server_default="medium", nullable=False),
        sa.Column("status", sa.String(20), server_default="pending", nullable=False),
        sa.Column("due_date", sa.Date()),
        sa.Column("estimated_hours", sa.Float()),
        sa.Column("assigned_to_id", sa.Uuid()),
        sa.Column("kind", sa.String(20)),
        sa.Column("name", sa.String(255)),
        sa.Column("reason", sa.String(50)),
        sa.Column("topic", sa.String(249)),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.Column("waiting", sa.BigInteger()),
        sa.CheckConstraint("estimated_hours >= 0", name="positive_estimated_hours"),
        sa.CheckConstraint("priority IN ('low', 'medium', 'high')", name="known_priority"),
        sa.CheckConstraint("status IN ('pending', 'in_progress', 'completed')", name="known_task_status"),
        sa.CheckConstraint(
            "(kind IS NULL) = (name IS NULL) AND (name IS NULL OR reason IS NULL) "
            "AND (reason IS NOT NULL OR (topic IS NULL AND since IS NULL))",
            name="points_at_one",
        ),
        sa.ForeignKeyConstraint(["assigned_to_id"], ["users.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_tasks_assigned_to_id", "tasks", ["assigned_to_id"])
    op.create_index("ix_tasks_created_at_id", "tasks", ["created_at", "id"])
    op.create_index(
        "uix_tasks_open_name",
        "tasks",
        ["kind", "name"],
        unique=True,
        postgresql_where=sa.text("status <> 'completed' AND name IS NOT NULL"),
    )
    op.create_index(
        "uix_tasks_open_reason",
        "tasks",
        ["reason", "topic"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("status <> 'completed' AND reason IS NOT NULL"),
    )
    op.execute(
        "CREATE TRIGGER set_updated_at BEFORE UPDATE ON tasks "
        "FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION set_updated_at()"
    )


def downgrade() -> None:
    op.drop_table("tasks")
