"""Cases counted by day, and triggers that mark the days to be counted anew.

The marks are made by the database: processes of the former release write them as well, and whoever writes past the app.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# What the counts of a case depend on.
_COUNTED = (
    "server", "model", "version", "created_at", "purpose", "outcome", "seconds_total", "audit_probability", "is_audited",
)  # fmt: skip
_COLUMNS = "(id, server, model, version, day, day_after)"

_POSTGRES_DAY = "date_trunc('day', {0}.created_at, 'UTC'), date_trunc('day', {0}.created_at, 'UTC') + interval '24 hours'"
_POSTGRES_ROWS = (
    "SELECT replace(gen_random_uuid()::text, '-', ''), d.* FROM (SELECT DISTINCT {0}.server, {0}.model, {0}.version, "
    + _POSTGRES_DAY
    + " FROM {1}) d"
)
_SQLITE_DAY = "date({0}.created_at) || ' 00:00:00.000000', date({0}.created_at, '+1 day') || ' 00:00:00.000000'"


def upgrade() -> None:
    _create("health_marks", _text("version"), _moment("day"), _moment("day_after"), id_length=32)
    op.create_index(
        "ix_health_marks_server_model_version_day",
        "health_marks",
        ["server", "model", "version", "day"],
    )
    _create_counts(
        "health_days",
        sa.Column("outcome", sa.String(40), nullable=False),
        _double("audit_probability"),
        sa.Column("is_audited", sa.Boolean(), nullable=False),
        sa.Column("is_volunteered", sa.Boolean(), nullable=False),
        sa.Column("judgement", sa.String(20), nullable=True),
        _many("cases"),
        _double("seconds"),
        _moment("last_at"),
    )
    _create_counts(
        "health_day_feedback",
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("judgement", sa.String(20), nullable=False),
        _many("statements"),
    )
    _create_counts(
        "health_day_seconds",
        _many("cases"),
        _double("least"),
        _double("most"),
        sa.Column("counts", sa.JSON(), nullable=False),
    )
    op.create_table(
        "health_revisions",
        _text("server"),
        _text("model"),
        sa.Column("revision", sa.String(26), nullable=False),
        sa.PrimaryKeyConstraint("server", "model", name="pk_health_revisions"),
    )
    for statement in _statements(op.get_bind().dialect.name):
        op.execute(sa.text(statement))


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in ("cases", "feedback"):
        for event in ("insert", "update", "delete"):
            name = f"health_marks_{table}_{event}"
            op.execute(sa.text(f"DROP TRIGGER {name}" + ("" if is_sqlite else f" ON {table}")))
            if not is_sqlite:
                op.execute(sa.text(f"DROP FUNCTION {name}()"))
    for table in (
        "health_revisions",
        "health_day_seconds",
        "health_day_feedback",
        "health_days",
        "health_marks",
    ):
        op.drop_table(table)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _double(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Double(), nullable=False)


def _many(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _create(table: str, *columns: sa.Column[Any], id_length: int = 26) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.String(id_length), nullable=False),
        _text("server"),
        _text("model"),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def _create_counts(table: str, *columns: sa.Column[Any]) -> None:
    purpose = sa.Column("purpose", sa.String(20), nullable=False)
    _create(table, _text("version"), purpose, _moment("day"), *columns)
    op.create_index(f"ix_{table}_server_model_day", table, ["server", "model", "day"])


def _statements(dialect: str) -> list[str]:
    """The triggers, and marks for what is there already."""
    return _of_sqlite() if dialect == "sqlite" else _of_postgres()


def _of_postgres() -> list[str]:
    """One mark for each day in a statement, however many rows: added without looking whether there is one. A process
    that counts may just be deleting that one, and does not see this transaction's rows."""
    changed = " OR ".join(f"o.{name} IS DISTINCT FROM n.{name}" for name in _COUNTED)
    both = f"old_rows o JOIN new_rows n ON n.id = o.id AND ({changed})"
    of_case = "cases c JOIN {} f ON f.case_id = c.id"
    bodies = {
        ("cases", "insert"): [("n", "new_rows n")],
        ("cases", "update"): [("o", both), ("n", both)],
        ("cases", "delete"): [("o", "old_rows o")],
        ("feedback", "insert"): [("c", of_case.format("new_rows"))],
        ("feedback", "update"): [("c", of_case.format("new_rows"))],
        ("feedback", "delete"): [("c", of_case.format("old_rows"))],
    }
    tables = {
        "insert": "NEW TABLE AS new_rows",
        "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "delete": "OLD TABLE AS old_rows",
    }
    made = []
    for (table, event), sources in bodies.items():
        name = f"health_marks_{table}_{event}"
        rows = [
            f"INSERT INTO health_marks {_COLUMNS} {_POSTGRES_ROWS.format(*each)};"
            for each in sources
        ]
        made.append(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN {' '.join(rows)} RETURN NULL; END $$"
        )
        made.append(
            f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table} REFERENCING {tables[event]} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
    # Last: the triggers hold off writers, so that none comes between.
    seed = _POSTGRES_ROWS.format("c", "cases c")
    return [*made, f"INSERT INTO health_marks {_COLUMNS} {seed}"]


def _of_sqlite() -> list[str]:
    """SQLite has one writer at a time: a mark that is there is enough."""
    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in _COUNTED)
    of_case = "(SELECT * FROM cases WHERE id = {}.case_id)"
    made = [
        _sqlite_trigger("cases", "insert", "", [("NEW", "")]),
        _sqlite_trigger("cases", "update", f" WHEN {changed}", [("OLD", ""), ("NEW", "")]),
        _sqlite_trigger("cases", "delete", "", [("OLD", "")]),
        _sqlite_trigger("feedback", "insert", "", [("c", of_case.format("NEW"))]),
        _sqlite_trigger("feedback", "update", "", [("c", of_case.format("NEW"))]),
        _sqlite_trigger("feedback", "delete", "", [("c", of_case.format("OLD"))]),
    ]
    day = _SQLITE_DAY.format("c")
    rows = f"SELECT DISTINCT c.server, c.model, c.version, {day} FROM cases c"
    seed = f"SELECT lower(hex(randomblob(16))), d.* FROM ({rows}) d"
    return [*made, f"INSERT INTO health_marks {_COLUMNS} {seed}"]


def _sqlite_trigger(table: str, event: str, when: str, sources: list[tuple[str, str]]) -> str:
    inserts = []
    for row, source in sources:
        there = (
            f"SELECT 1 FROM health_marks m WHERE m.server = {row}.server AND m.model = {row}.model "
            f"AND m.version = {row}.version AND m.day = date({row}.created_at) || ' 00:00:00.000000'"
        )
        values = f"SELECT lower(hex(randomblob(16))), {row}.server, {row}.model, {row}.version, {_SQLITE_DAY.format(row)}"
        origin = f" FROM {source} {row}" if source else ""
        inserts.append(
            f"INSERT INTO health_marks {_COLUMNS} {values}{origin} WHERE NOT EXISTS ({there});"
        )
    name = f"health_marks_{table}_{event}"
    return f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table}{when} BEGIN {' '.join(inserts)} END"
