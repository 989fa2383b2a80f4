"""What was found out of models: learned from data, or probed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "found_facts",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_found_facts"),
    )
    op.create_index(
        "ix_found_facts_server_model_created_at", "found_facts", ["server", "model", "created_at"]
    )


def downgrade() -> None:
    op.drop_table("found_facts")
