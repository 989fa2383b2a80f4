"""How each field of a model compares with its first cases is kept beside how its inputs do as a whole."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("health_joint_drift", sa.Column("fields", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("health_joint_drift", "fields")
