"""Lists of cases by their state: the few that failed, or whose answer is not known, among the many."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_FEW = "outcome <> 'answered'"


def upgrade() -> None:
    op.create_index(
        "ix_cases_not_answered",
        "cases",
        ["created_at", "id"],
        sqlite_where=sa.text(_FEW),
        postgresql_where=sa.text(_FEW),
    )
    op.create_index("ix_feedback_judgement_created_at", "feedback", ["judgement", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_feedback_judgement_created_at", "feedback")
    op.drop_index("ix_cases_not_answered", "cases")
