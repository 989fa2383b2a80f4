"""Comments on cases, what was answered to them, and what each person has seen of it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_comments",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("case_id", sa.String(26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("answers_id", sa.String(26), nullable=True),
        sa.Column("answer", sa.String(20), nullable=False),
        sa.Column("fixed_in", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.String(200), nullable=False),
        sa.CheckConstraint(
            "answer IN ('', 'seen', 'known', 'fixed')", name="ck_case_comments_answer"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_comments_case_id_cases"),
        sa.PrimaryKeyConstraint("id", name="pk_case_comments"),
        sa.UniqueConstraint("idempotency_key", name="uq_case_comments_idempotency_key"),
    )
    for names in (["case_id", "created_at"], ["created_at"], ["answers_id"]):
        op.create_index(f"ix_case_comments_{'_'.join(names)}", "case_comments", names)
    op.create_table(
        "inbox_seen",
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("item_id", sa.String(26), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", "item_id", name="pk_inbox_seen"),
    )
    # What was said lately, whoever said it.
    op.create_index("ix_feedback_created_at", "feedback", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_feedback_created_at", "feedback")
    op.drop_table("inbox_seen")
    op.drop_table("case_comments")
