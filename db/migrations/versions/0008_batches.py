"""Files that a model is asked about as a job: what was asked, and the case of each row."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("question", sa.String(200), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("table_sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_index("ix_batches_question_created_at", "batches", ["question", "created_at"])
    op.create_index(
        "ix_batches_server_model_created_at", "batches", ["server", "model", "created_at"]
    )
    op.create_table(
        "batch_chunks",
        sa.Column("batch_id", sa.String(26), nullable=False),
        sa.Column("first_row", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_ids", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name="fk_batch_chunks_batch_id_batches"
        ),
        sa.PrimaryKeyConstraint("batch_id", "first_row", name="pk_batch_chunks"),
    )


def downgrade() -> None:
    op.drop_table("batch_chunks")
    op.drop_table("batches")
