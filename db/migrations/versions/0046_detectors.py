"""What detectors deployed beside models say: of a case, and of the last cases of a model together."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("detected", sa.JSON(), nullable=True))
    op.create_table(
        "health_detections",
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("detector", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_case", sa.String(26), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("is_drift", sa.Boolean(), nullable=True),
        sa.Column("p", sa.Double(), nullable=True),
        sa.Column("distance", sa.Double(), nullable=True),
        sa.Column("threshold", sa.Double(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("server", "model", "detector", name="pk_health_detections"),
    )


def downgrade() -> None:
    op.drop_table("health_detections")
    op.drop_column("cases", "detected")
