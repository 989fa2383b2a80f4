"""Of what Health keeps of a model it is known how many cases of a demonstration are in it."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "health_standings",
        sa.Column("demonstration", sa.Integer(), nullable=False, server_default="0"),
    )
    # Unknown of what was kept before: the job makes it anew.
    op.add_column("health_calibrations", sa.Column("demonstration", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("health_calibrations", "demonstration")
    op.drop_column("health_standings", "demonstration")
