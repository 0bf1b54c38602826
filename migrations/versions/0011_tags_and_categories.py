"""Tags of models, and categories of use cases."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def entity() -> list[sa.Column]:
    now = sa.text("now()")
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    ]


def keep_updated_at(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER set_updated_at BEFORE UPDATE ON {table} "
        "FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION set_updated_at()"
    )


def upgrade() -> None:
    op.create_table(
        "categories",
        *entity(),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_categories_name", "categories", ["name"], unique=True)
    op.create_table(
        "tags",
        *entity(),
        sa.Column("name", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_tags_name", "tags", ["name"], unique=True)
    op.create_table(
        "model_tags",
        sa.Column("model_id", sa.BigInteger(), nullable=False),
        sa.Column("tag_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("model_id", "tag_id"),
    )
    op.create_index("ix_model_tags_tag_id_model_id", "model_tags", ["tag_id", "model_id"])
    op.add_column("use_cases", sa.Column("category_id", sa.Uuid()))
    op.create_foreign_key(None, "use_cases", "categories", ["category_id"], ["id"], ondelete="SET NULL")
    op.create_index("ix_use_cases_category_id_id", "use_cases", ["category_id", "id"])
    keep_updated_at("categories")
    keep_updated_at("tags")


def downgrade() -> None:
    op.drop_column("use_cases", "category_id")
    op.drop_table("model_tags")
    op.drop_table("tags")
    op.drop_table("categories")
