"""The pictures and sounds of a case as a few numbers, which later ones are compared with."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("features", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "features")
