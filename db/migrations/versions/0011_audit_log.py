"""The audit log: a chain of entries, the records that an entry is about, and the salts of their digests."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_chains",
        sa.Column("workspace", sa.String(40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("workspace", name="pk_audit_chains"),
    )
    op.create_table(
        "audit_entries",
        sa.Column("workspace", sa.String(40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("record_id", sa.String(200), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(64), nullable=False),
        sa.Column("after", sa.String(64), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "number", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_kind_record_id", "audit_entries", ["kind", "record_id"])
    op.create_table(
        "audit_leaves",
        sa.Column("workspace", sa.String(40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("record_id", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "number", "place", name="pk_audit_leaves"),
    )
    op.create_index("ix_audit_leaves_kind_record_id", "audit_leaves", ["kind", "record_id"])
    op.create_table(
        "audit_salts",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("record_id", sa.String(200), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "record_id", name="pk_audit_salts"),
    )


def downgrade() -> None:
    for table in ("audit_salts", "audit_leaves", "audit_entries", "audit_chains"):
        op.drop_table(table)
