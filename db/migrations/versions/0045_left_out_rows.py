"""Rows of a file that a test run left out: how many, and why the first of them."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    rows = sa.Column("left_out", sa.Integer(), nullable=False, server_default="0")
    op.add_column("test_runs", rows)
    op.add_column("test_runs", sa.Column("left_out_why", sa.JSON(), nullable=True))


def downgrade() -> None:
    for name in ("left_out_why", "left_out"):
        op.drop_column("test_runs", name)
