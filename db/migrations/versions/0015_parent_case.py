"""The case that a case asks again, and how often its request was sent. A process of the former release writes neither."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("parent_id", sa.String(26), nullable=True))
    op.add_column("cases", sa.Column("attempts", sa.Integer(), nullable=True))
    op.create_index(
        "ix_cases_parent_id",
        "cases",
        ["parent_id"],
        sqlite_where=sa.text("parent_id IS NOT NULL"),
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_cases_parent_id", "cases")
    op.drop_column("cases", "attempts")
    op.drop_column("cases", "parent_id")
