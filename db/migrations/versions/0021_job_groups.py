"""The groups with which somebody asked for a job. A process of the former release writes none."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("groups", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "groups")
