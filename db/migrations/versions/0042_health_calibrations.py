"""How far the checked cases of each model version were off."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "health_calibrations",
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("revision", sa.String(26), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("reply", sa.Double(), nullable=False),
        sa.Column("held", sa.Double(), nullable=True),
        sa.Column("held_low", sa.Double(), nullable=True),
        sa.Column("held_high", sa.Double(), nullable=True),
        sa.Column("held_n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("server", "model", "version", name="pk_health_calibrations"),
    )


def downgrade() -> None:
    op.drop_table("health_calibrations")
