"""Test runs: a version of a model on the rows of a file whose right answers are known."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "test_runs",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("compared_with", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("parallel", sa.Integer(), nullable=False),
        sa.Column("near", sa.Double(), nullable=False),
        sa.Column("pass_mark", sa.Double(), nullable=False),
        sa.Column("most_error", sa.Double(), nullable=True),
        sa.Column("is_passed", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("rows", "answered_right", "failed")
        ),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_test_runs"),
    )
    op.create_index(
        "ix_test_runs_server_model_created_at", "test_runs", ["server", "model", "created_at"]
    )
    op.create_table(
        "test_results",
        sa.Column("run_id", sa.String(26), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("case_id", sa.String(26), nullable=True),
        sa.Column("other_id", sa.String(26), nullable=True),
        sa.Column("truth", sa.Text(), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=True),
        sa.Column("is_other_right", sa.Boolean(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "row_number", name="pk_test_results"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["test_runs.id"], name="fk_test_results_run_id_test_runs"
        ),
    )
    op.create_index("ix_test_results_case_id", "test_results", ["case_id"])
    op.create_index("ix_test_results_other_id", "test_results", ["other_id"])


def downgrade() -> None:
    for table in ("test_results", "test_runs"):
        op.drop_table(table)
