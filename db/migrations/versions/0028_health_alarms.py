"""Alarms that Health raised and who was told of them, and what it said of each model last."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "health_alarms",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("deliveries", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('accuracy', 'errors', 'inputs')", name="ck_health_alarms_kind"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_health_alarms"),
    )
    op.create_index(
        "ix_health_alarms_server_model_opened_at",
        "health_alarms",
        ["server", "model", "opened_at"],
    )
    op.create_index(
        "uq_health_alarms_one_open",
        "health_alarms",
        ["server", "model", "kind"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "health_standings",
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("word", sa.String(30), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("server", "model", name="pk_health_standings"),
    )


def downgrade() -> None:
    op.drop_table("health_standings")
    op.drop_table("health_alarms")
