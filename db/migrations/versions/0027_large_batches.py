"""Files of any size: where their rows lie, what is recorded of them, and who works on which chunk.

A process of the former release adds chunks that are done, and batches whose rows lie in their job.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_COLUMNS: dict[str, tuple[tuple[str, sa.types.TypeEngine[Any], str], ...]] = {
    "batches": (("folder", sa.Text(), ""), ("record", sa.String(20), "all")),
    "batch_chunks": (
        ("rows", sa.Integer(), "0"),
        ("state", sa.String(20), "done"),
        ("runner", sa.String(60), ""),
        ("tries", sa.Integer(), "1"),
        ("part", sa.Text(), ""),
        ("answered", sa.Integer(), "0"),
        ("version", sa.Text(), ""),
        ("seconds", sa.Double(), "0"),
    ),
}


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        for name, kind, default in columns:
            op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))


def downgrade() -> None:
    for table, columns in _COLUMNS.items():
        for name, _, _ in columns:
            op.drop_column(table, name)
