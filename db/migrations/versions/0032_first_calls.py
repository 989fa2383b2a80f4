"""What a model's owner asks with each feedback, and what people answer before the model does."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feedback", sa.Column("answers", sa.JSON(), nullable=True))
    op.add_column("cases", sa.Column("call_probability", sa.Double(), nullable=True))
    op.add_column("cases", sa.Column("call_draw", sa.Double(), nullable=True))
    op.create_table(
        "call_draws",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("inputs", sa.String(64), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("draw", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_call_draws"),
        sa.UniqueConstraint(
            "person", "server", "model", "inputs", name="uq_call_draws_person_server_model_inputs"
        ),
    )
    op.create_index(
        "ix_call_draws_server_model_created_at", "call_draws", ["server", "model", "created_at"]
    )
    op.create_table(
        "first_calls",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("case_id", sa.String(26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("is_declined", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_first_calls_case_id_cases"),
        sa.PrimaryKeyConstraint("id", name="pk_first_calls"),
        sa.UniqueConstraint("case_id", name="uq_first_calls_case_id"),
    )
    op.create_index("ix_first_calls_person", "first_calls", ["person"])


def downgrade() -> None:
    op.drop_table("first_calls")
    op.drop_table("call_draws")
    op.drop_column("cases", "call_draw")
    op.drop_column("cases", "call_probability")
    op.drop_column("feedback", "answers")
