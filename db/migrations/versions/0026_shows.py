"""Shows: cases to present, what is on the stage, and the votes of the audience."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_WITH_CODE = sa.text("code <> ''")


def upgrade() -> None:
    op.create_table(
        "shows",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("case_ids", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shows"),
    )
    op.create_index("ix_shows_person_created_at", "shows", ["person", "created_at"])
    op.create_table(
        "show_runs",
        sa.Column("workspace", sa.String(40), nullable=False),
        sa.Column("show_id", sa.String(26), nullable=False),
        sa.Column("stage", sa.JSON(), nullable=True),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("guest_key", sa.String(64), nullable=False),
        sa.Column("audience_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace", name="pk_show_runs"),
        sa.ForeignKeyConstraint(
            ["workspace"], ["workspaces.name"], name="fk_show_runs_workspace_workspaces"
        ),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name="fk_show_runs_show_id_shows"),
        sa.UniqueConstraint("guest_key", name="uq_show_runs_guest_key"),
    )
    op.create_index("ix_show_runs_show_id", "show_runs", ["show_id"])
    op.create_index(
        "uq_show_runs_code",
        "show_runs",
        ["code"],
        unique=True,
        sqlite_where=_WITH_CODE,
        postgresql_where=_WITH_CODE,
    )
    op.create_table(
        "show_votes",
        sa.Column("workspace", sa.String(40), nullable=False),
        sa.Column("case_id", sa.String(26), nullable=False),
        sa.Column("guest", sa.String(32), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "case_id", "guest", name="pk_show_votes"),
        sa.ForeignKeyConstraint(
            ["workspace"], ["show_runs.workspace"], name="fk_show_votes_workspace_show_runs"
        ),
    )


def downgrade() -> None:
    for table in ("show_votes", "show_runs", "shows"):
        op.drop_table(table)
