"""A batch of corrected rows says which batch they belong to."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("corrects", sa.String(26), nullable=False, server_default=sa.text("''"))
    op.add_column("batches", column)
    op.create_index("ix_batches_corrects", "batches", ["corrects"])


def downgrade() -> None:
    op.drop_index("ix_batches_corrects", "batches")
    op.drop_column("batches", "corrects")
