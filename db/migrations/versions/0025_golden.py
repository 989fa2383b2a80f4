"""Golden cases: sets of cases with a confirmed truth, and what the versions of a model made of them."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_OUTCOMES = "outcome IN ('fixed', 'broke', 'right', 'wrong', 'failed')"


def upgrade() -> None:
    op.create_table(
        "golden_sets",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pass_mark", sa.Double(), nullable=False),
        sa.Column("near", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_golden_sets"),
        sa.UniqueConstraint("server", "model", "name", name="uq_golden_sets_server_model_name"),
    )
    op.create_table(
        "golden_cases",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("set_id", sa.String(26), nullable=False),
        sa.Column("case_id", sa.String(26), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("truth_label", sa.Text(), nullable=True),
        sa.Column("truth_number", sa.Double(), nullable=True),
        sa.Column("truth_text", sa.Text(), nullable=True),
        sa.Column("added_in", sa.Integer(), nullable=False),
        sa.Column("removed_in", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_golden_cases"),
        sa.ForeignKeyConstraint(
            ["set_id"], ["golden_sets.id"], name="fk_golden_cases_set_id_golden_sets"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_golden_cases_case_id_cases"),
    )
    op.create_index("ix_golden_cases_case_id", "golden_cases", ["case_id"])
    op.create_index("ix_golden_cases_set_id", "golden_cases", ["set_id"])
    current = sa.text("removed_in IS NULL")
    op.create_index(
        "uq_golden_cases_one_current",
        "golden_cases",
        ["set_id", "case_id"],
        unique=True,
        sqlite_where=current,
        postgresql_where=current,
    )
    op.create_table(
        "golden_runs",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("set_id", sa.String(26), nullable=False),
        sa.Column("set_version", sa.Integer(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("compared_with", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("pass_mark", sa.Double(), nullable=False),
        sa.Column("is_passed", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("cases", "fixed", "broke", "still_right", "still_wrong", "failed")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_golden_runs"),
        sa.ForeignKeyConstraint(
            ["set_id"], ["golden_sets.id"], name="fk_golden_runs_set_id_golden_sets"
        ),
    )
    op.create_index(
        "ix_golden_runs_server_model_created_at", "golden_runs", ["server", "model", "created_at"]
    )
    op.create_index("ix_golden_runs_set_id", "golden_runs", ["set_id"])
    op.create_table(
        "golden_results",
        sa.Column("run_id", sa.String(26), nullable=False),
        sa.Column("case_id", sa.String(26), nullable=False),
        sa.Column("asked_id", sa.String(26), nullable=True),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "case_id", name="pk_golden_results"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["golden_runs.id"], name="fk_golden_results_run_id_golden_runs"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_golden_results_case_id_cases"),
        sa.CheckConstraint(_OUTCOMES, name="ck_golden_results_outcome"),
    )
    op.create_index("ix_golden_results_case_id", "golden_results", ["case_id"])
    op.create_index("ix_golden_results_asked_id", "golden_results", ["asked_id"])


def downgrade() -> None:
    for table in ("golden_results", "golden_runs", "golden_cases", "golden_sets"):
        op.drop_table(table)
