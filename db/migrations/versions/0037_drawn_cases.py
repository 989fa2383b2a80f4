"""Cases that were drawn for a check, found among the many that were not."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_cases_drawn",
        "cases",
        ["server", "model", "created_at"],
        sqlite_where=sa.text("is_audited = 1"),
        postgresql_where=sa.text("is_audited"),
    )


def downgrade() -> None:
    op.drop_index("ix_cases_drawn", "cases")
