"""Data sets: judged cases that were chosen and frozen under a name and a version."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_sets",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_data_sets"),
        sa.UniqueConstraint(
            "server", "model", "name", "version", name="uq_data_sets_server_model_name_version"
        ),
    )
    op.create_table(
        "data_set_rows",
        sa.Column("set_id", sa.String(26), nullable=False),
        sa.Column("case_id", sa.String(26), nullable=False),
        sa.Column("feedback_id", sa.String(26), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("truth_label", sa.Text(), nullable=True),
        sa.Column("truth_number", sa.Double(), nullable=True),
        sa.Column("truth_text", sa.Text(), nullable=True),
        sa.Column("statements", sa.Integer(), nullable=False),
        sa.Column("agreement", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("set_id", "case_id", name="pk_data_set_rows"),
        sa.ForeignKeyConstraint(
            ["set_id"], ["data_sets.id"], name="fk_data_set_rows_set_id_data_sets"
        ),
    )
    op.create_index("ix_data_set_rows_case_id", "data_set_rows", ["case_id"])
    op.create_index("ix_data_set_rows_feedback_id", "data_set_rows", ["feedback_id"])


def downgrade() -> None:
    for table in ("data_set_rows", "data_sets"):
        op.drop_table(table)
