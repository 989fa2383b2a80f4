"""What reviewers are asked to look at: the rules of a model, and an item for each reading of a case."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_REASONS = "('differ', 'flagged', 'overdue', 'audit', 'versions', 'uncertain', 'unlike', 'second', 'sample')"


def upgrade() -> None:
    op.create_table(
        "review_rules",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_rules"),
    )
    op.create_index(
        "ix_review_rules_server_model_created_at",
        "review_rules",
        ["server", "model", "created_at"],
    )
    op.create_table(
        "review_items",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("case_id", sa.String(26), nullable=False),
        sa.Column("reading", sa.Integer(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("draw", sa.Double(), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("leased_by", sa.Text(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("feedback_id", sa.String(26), nullable=True),
        sa.CheckConstraint(f"reason IN {_REASONS}", name="ck_review_items_reason"),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'expired', 'withdrawn')", name="ck_review_items_state"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_review_items_case_id_cases"),
        sa.PrimaryKeyConstraint("id", name="pk_review_items"),
        sa.UniqueConstraint("case_id", "reading", name="uq_review_items_case_id_reading"),
    )
    op.create_index(
        "ix_review_items_state_server_model_created_at",
        "review_items",
        ["state", "server", "model", "created_at"],
    )
    op.create_index(
        "ix_review_items_answered_by_answered_at", "review_items", ["answered_by", "answered_at"]
    )


def downgrade() -> None:
    for table in ("review_items", "review_rules"):
        op.drop_table(table)
