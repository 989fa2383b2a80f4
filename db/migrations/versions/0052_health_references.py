"""With what the newest inputs of a model are compared can be chosen: a window of days, a file, or a registry."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "health_references",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_health_references"),
    )
    op.create_index(
        "ix_health_references_server_model_created_at",
        "health_references",
        ["server", "model", "created_at"],
    )


def downgrade() -> None:
    op.drop_table("health_references")
