"""Two answers to the same inputs, side by side, and which is better."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_CHOICES = "choice IN ('left', 'right', 'equal', 'neither')"


def upgrade() -> None:
    op.create_table(
        "comparisons",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("left_id", sa.String(26), nullable=False),
        sa.Column("right_id", sa.String(26), nullable=False),
        sa.Column("left_version", sa.Text(), nullable=False),
        sa.Column("right_version", sa.Text(), nullable=False),
        sa.Column("draw", sa.Double(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("choice", sa.String(10), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(_CHOICES, name="ck_comparisons_choice"),
        sa.PrimaryKeyConstraint("id", name="pk_comparisons"),
        sa.ForeignKeyConstraint(["left_id"], ["cases.id"], name="fk_comparisons_left_id_cases"),
        sa.ForeignKeyConstraint(["right_id"], ["cases.id"], name="fk_comparisons_right_id_cases"),
    )
    op.create_index(
        "ix_comparisons_server_model_drawn_at", "comparisons", ["server", "model", "drawn_at"]
    )
    op.create_index("ix_comparisons_left_id", "comparisons", ["left_id"])
    op.create_index("ix_comparisons_right_id", "comparisons", ["right_id"])


def downgrade() -> None:
    op.drop_table("comparisons")
