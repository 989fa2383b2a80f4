"""Which experiment chose the model or version of a case, the arm that it drew, and the probability of that arm."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("experiment", sa.String(60), nullable=True))
    op.add_column("cases", sa.Column("arm", sa.String(60), nullable=True))
    op.add_column("cases", sa.Column("assignment_probability", sa.Double(), nullable=True))


def downgrade() -> None:
    for name in ("assignment_probability", "arm", "experiment"):
        op.drop_column("cases", name)
