"""Cases that are held, and counts of cases and feedback that were deleted."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_holds",
        sa.Column("case_id", sa.String(26), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_holds_case_id_cases"),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_holds"),
    )
    _create_counts(
        "deleted_cases",
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("audit_probability", sa.Double(), nullable=False),
        sa.Column("is_audited", sa.Boolean(), nullable=False),
        sa.Column("is_volunteered", sa.Boolean(), nullable=False),
        sa.Column("judgement", sa.String(20), nullable=True),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
    )
    _create_counts(
        "deleted_feedback",
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("judgement", sa.String(20), nullable=False),
        sa.Column("statements", sa.BigInteger(), nullable=False),
    )


def _create_counts(table: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("day", sa.DateTime(timezone=True), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_server_model_day", table, ["server", "model", "day"])


def downgrade() -> None:
    for table in ("deleted_feedback", "deleted_cases", "case_holds"):
        op.drop_table(table)
