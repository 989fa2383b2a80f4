"""Links to single cases, and who opened them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_shares",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("case_id", sa.String(26), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("shared_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_shares_case_id_cases"),
        sa.PrimaryKeyConstraint("id", name="pk_case_shares"),
        sa.UniqueConstraint("token_sha256", name="uq_case_shares_token_sha256"),
    )
    op.create_index("ix_case_shares_case_id_created_at", "case_shares", ["case_id", "created_at"])
    op.create_table(
        "case_share_openings",
        sa.Column("share_id", sa.String(26), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["share_id"], ["case_shares.id"], name="fk_case_share_openings_share_id_case_shares"
        ),
        sa.PrimaryKeyConstraint("share_id", "person", name="pk_case_share_openings"),
    )
    op.create_index("ix_case_share_openings_person", "case_share_openings", ["person"])


def downgrade() -> None:
    op.drop_table("case_share_openings")
    op.drop_table("case_shares")
