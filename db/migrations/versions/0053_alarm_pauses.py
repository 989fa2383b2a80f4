"""An alarm that is over and begins again soon is the same one, with when it was over."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("health_alarms", sa.Column("pauses", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("health_alarms", "pauses")
