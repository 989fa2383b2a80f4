"""What people decide on what Health found of a model."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "health_decisions",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("baseline_right", sa.Integer(), nullable=True),
        sa.Column("baseline_n", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "action IN ('acknowledged', 'snoozed', 'accepted', 'closed')",
            name="ck_health_decisions_action",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_health_decisions"),
    )
    op.create_index(
        "ix_health_decisions_server_model_created_at",
        "health_decisions",
        ["server", "model", "created_at"],
    )


def downgrade() -> None:
    op.drop_table("health_decisions")
