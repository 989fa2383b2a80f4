"""Cases, their explanations, and feedback."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_cases()
    _create_explanations()
    _create_feedback()


def downgrade() -> None:
    for table in ("feedback", "explanations", "cases"):
        op.drop_table(table)


def _create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(26), nullable=False),
        _moment("created_at"),
        _text("person"),
        sa.Column("idempotency_key", sa.String(200), nullable=False),
        *map(_text, ("server", "model", "version_asked", "version")),
        *map(_text, ("signature_fingerprint", "question")),
        sa.Column("entered", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("answer_label", sa.Text(), nullable=True),
        sa.Column("answer_number", sa.Double(), nullable=True),
        *map(_text, ("error_sentence", "error_advice", "error_detail")),
        _text("url"),
        sa.Column("http_status", sa.Integer(), nullable=True),
        *map(_text, ("request_id", "trace_id")),
        sa.Column("request_headers", sa.JSON(), nullable=False),
        sa.Column("response_headers", sa.JSON(), nullable=False),
        sa.Column("seconds_total", sa.Double(), nullable=False),
        sa.Column("seconds_wire", sa.Double(), nullable=True),
        *_body("request"),
        *_body("response"),
        sa.Column("audit_probability", sa.Double(), nullable=False),
        sa.Column("audit_draw", sa.Double(), nullable=False),
        sa.Column("is_audited", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("idempotency_key", name="uq_cases_idempotency_key"),
    )
    _index("cases", "created_at")
    _index("cases", "server", "model", "created_at")
    _index("cases", "server", "model", "version", "created_at")
    _index("cases", "person", "created_at")
    _index("cases", "server", "model", "answer_label")
    _index("cases", "server", "model", "answer_number")


def _create_explanations() -> None:
    op.create_table(
        "explanations",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("case_id", sa.String(26), nullable=False),
        _moment("created_at"),
        *map(_text, ("method", "status")),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        *map(_text, ("sentence", "error")),
        sa.PrimaryKeyConstraint("id", name="pk_explanations"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_explanations_case_id_cases"),
    )
    _index("explanations", "case_id", "created_at")


def _create_feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("case_id", sa.String(26), nullable=False),
        _moment("created_at"),
        _text("person"),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("judgement", sa.String(20), nullable=False),
        sa.Column("truth_label", sa.Text(), nullable=True),
        sa.Column("truth_number", sa.Double(), nullable=True),
        sa.Column("truth_text", sa.Text(), nullable=True),
        *map(_text, ("reason", "comment")),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("replaces", sa.String(26), nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("idempotency_key", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        sa.UniqueConstraint("idempotency_key", name="uq_feedback_idempotency_key"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_feedback_case_id_cases"),
        sa.ForeignKeyConstraint(
            ["replaces"], ["feedback.id"], name="fk_feedback_replaces_feedback"
        ),
        sa.CheckConstraint(
            "judgement IN ('correct', 'incorrect', 'unsure')", name=op.f("ck_feedback_judgement")
        ),
        sa.CheckConstraint(
            "channel IN ('volunteered', 'audit', 'review', 'upload', 'api')",
            name=op.f("ck_feedback_channel"),
        ),
    )
    _index("feedback", "case_id", "created_at")
    _index("feedback", "person", "created_at")
    op.create_index(
        "uq_feedback_one_current",
        "feedback",
        ["case_id", "person"],
        unique=True,
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _body(side: str) -> list[sa.Column[object]]:
    return [
        sa.Column(f"{side}_body", sa.LargeBinary(), nullable=False),
        sa.Column(f"{side}_size", sa.Integer(), nullable=False),
        sa.Column(f"{side}_sha256", sa.String(64), nullable=False),
        sa.Column(f"{side}_truncated", sa.Boolean(), nullable=False),
    ]


def _index(table: str, *columns: str) -> None:
    op.create_index("_".join(("ix", table, *columns)), table, list(columns))
