"""An index of the chunks under way, which are few however many are done."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_batch_chunks_running",
        "batch_chunks",
        ["batch_id", "first_row"],
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )


def downgrade() -> None:
    op.drop_index("ix_batch_chunks_running", "batch_chunks")
