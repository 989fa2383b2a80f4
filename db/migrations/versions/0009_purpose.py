"""Why a case was asked. A process of the former release goes on writing: what it writes was `asked`.

Of the cases that are there, those of scenarios are known by their scenario, and rows of files by their wire: the rows of one request
share it. A row that travelled alone stays `asked`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    purpose = sa.Column("purpose", sa.String(20), nullable=False, server_default="asked")
    op.add_column("cases", purpose)
    op.execute(
        "UPDATE cases SET purpose = 'batch' WHERE wire_of IS NOT NULL "
        "OR id IN (SELECT wire_of FROM cases WHERE wire_of IS NOT NULL)"
    )
    op.execute("UPDATE cases SET purpose = 'scenario' WHERE id IN (SELECT asked_id FROM scenarios)")


def downgrade() -> None:
    op.drop_column("cases", "purpose")
