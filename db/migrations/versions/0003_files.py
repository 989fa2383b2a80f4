"""Rows of a file: cases that share what crossed the wire, and the columns that people mapped."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("wire_of", sa.String(26), nullable=True))
    op.create_table(
        "column_mappings",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_column_mappings"),
    )
    op.create_index(
        "ix_column_mappings_server_model_created_at",
        "column_mappings",
        ["server", "model", "created_at"],
    )


def downgrade() -> None:
    op.drop_table("column_mappings")
    op.drop_column("cases", "wire_of")
