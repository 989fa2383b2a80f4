"""What about the inputs of a case is unlike all earlier ones."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("unlike", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "unlike")
