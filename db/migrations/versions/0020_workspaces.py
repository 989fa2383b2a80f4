"""Workspaces of shows and demonstrations, and to which a case belongs."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_OPEN_DEMO = sa.text("purpose = 'demo' AND closed_at IS NULL")
_IN_ONE = sa.text("workspace IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "workspaces",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_workspaces"),
    )
    op.create_index(
        "uq_workspaces_one_demo",
        "workspaces",
        ["purpose"],
        unique=True,
        sqlite_where=_OPEN_DEMO,
        postgresql_where=_OPEN_DEMO,
    )
    op.add_column("cases", sa.Column("workspace", sa.String(40), nullable=True))
    op.create_index(
        "ix_cases_workspace", "cases", ["workspace"], sqlite_where=_IN_ONE, postgresql_where=_IN_ONE
    )


def downgrade() -> None:
    op.drop_index("ix_cases_workspace", "cases")
    op.drop_column("cases", "workspace")
    op.drop_table("workspaces")
