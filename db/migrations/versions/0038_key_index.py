"""An index of business keys: which fields are in it, what cases have in them, and triggers that keep it; and of the cases
with whose bodies others were sent, which erasing looks for.

The database writes it: so do processes of the former release, and whoever writes past the app. What equal values have in common
is what cases/privacy.py says: without the space around it, and without the zeros after the point of a whole number.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

# What Python takes for space.
_SPACE = "".join(
    map(chr, [*range(9, 14), *range(28, 33), 133, 160, 5760, *range(8192, 8203), 8232, 8233, 8239, 8287, 12288])
)  # fmt: skip
_MOST = 200

# PostgreSQL refuses to read a JSON text with this in it.
_READABLE = "position('\\u0000' in {0}::text) = 0"
_POSTGRES_VALUE = f"""
CREATE OR REPLACE FUNCTION key_value_of(entered json, sensitive json, field text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT left(CASE WHEN value ~ '^-?[0-9]+[.]0+$' THEN split_part(value, '.', 1) ELSE value END, {_MOST})
  FROM (SELECT btrim(coalesce(
    CASE WHEN {_READABLE.format("sensitive")} AND json_typeof(sensitive -> field) <> 'object' THEN sensitive ->> field END,
    CASE WHEN {_READABLE.format("entered")} THEN
      CASE json_typeof(entered -> field) WHEN 'object' THEN entered -> field ->> 'hmac' ELSE entered ->> field END END
  ), '{_SPACE}') AS value) AS found
$$
"""
_POSTGRES_ROWS = (
    "INSERT INTO key_values (case_id, key_id, value) SELECT f.* FROM (SELECT {0}.id, k.id AS key_id, "
    "key_value_of({0}.entered, {0}.sensitive, k.field) AS value "
    "FROM key_fields k {1} WHERE k.server = {0}.server AND k.model = {0}.model) f WHERE f.value IS NOT NULL;"
)
_POSTGRES = {
    # One statement for however many cases.
    "insert": (
        "REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT",
        "INSERT",
        _POSTGRES_ROWS.format("n", "CROSS JOIN new_rows n"),
    ),
    "delete": (
        "REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT",
        "DELETE",
        "DELETE FROM key_values v USING old_rows o WHERE v.case_id = o.id;",
    ),
    # The end of a call writes neither column.
    "update": (
        "FOR EACH ROW",
        "UPDATE OF entered, sensitive",
        "DELETE FROM key_values WHERE case_id = NEW.id; " + _POSTGRES_ROWS.format("NEW", ""),
    ),
}


def upgrade() -> None:
    op.create_table(
        "key_fields",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_key_fields"),
        sa.UniqueConstraint("server", "model", "field", name="uq_key_fields_server_model_field"),
    )
    op.create_table(
        "key_values",
        sa.Column("case_id", sa.String(26), nullable=False),
        sa.Column("key_id", sa.String(26), nullable=False),
        sa.Column("value", sa.String(_MOST), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "key_id", name="pk_key_values"),
    )
    op.create_index("ix_key_values_key_id_value", "key_values", ["key_id", "value"])
    shared = sa.text("wire_of IS NOT NULL")
    op.create_index(
        "ix_cases_wire_of", "cases", ["wire_of"], sqlite_where=shared, postgresql_where=shared
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _of_sqlite() if is_sqlite else _of_postgres():
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_index("ix_cases_wire_of", "cases")
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for event in _POSTGRES:
        op.execute(f"DROP TRIGGER key_values_{event}" + ("" if is_sqlite else " ON cases"))
        if not is_sqlite:
            op.execute(f"DROP FUNCTION key_values_{event}()")
    if not is_sqlite:
        op.execute("DROP FUNCTION key_value_of(json, json, text)")
    for table in ("key_values", "key_fields"):
        op.drop_table(table)


def _of_postgres() -> list[str]:
    made = [_POSTGRES_VALUE]
    for name, (rows, event, body) in _POSTGRES.items():
        made.append(
            f"CREATE OR REPLACE FUNCTION key_values_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN {body} RETURN NULL; END $$"
        )
        made.append(
            f"CREATE TRIGGER key_values_{name} AFTER {event} ON cases {rows} EXECUTE FUNCTION key_values_{name}()"
        )
    return made


def _of_sqlite() -> list[str]:
    whole = "rtrim(value, '0')"  # of a number that ends in zeros after its point, up to the point
    before = f"substr({whole}, 1, length({whole}) - 1)"
    is_whole = (
        f"value GLOB '*.*0' AND {whole} GLOB '*.' AND ltrim({before}, '-') NOT GLOB '*[^0-9]*' "
        f"AND ({before} GLOB '[0-9]*' OR {before} GLOB '-[0-9]*')"
    )
    told = f"coalesce({_sqlite_text('sensitive')}, (NEW.entered -> k.field) ->> 'hmac', {_sqlite_text('entered')})"
    rows = (
        f"INSERT INTO key_values (case_id, key_id, value) SELECT NEW.id, key_id, "
        f"substr(CASE WHEN {is_whole} THEN {before} ELSE value END, 1, {_MOST}) FROM (SELECT k.id AS key_id, "
        f"trim({told}, '{_SPACE}') AS value FROM key_fields k WHERE k.server = NEW.server AND k.model = NEW.model) "
        f"WHERE value IS NOT NULL;"
    )
    forget = "DELETE FROM key_values WHERE case_id = {}.id;"
    bodies = {
        "INSERT": rows,
        "DELETE": forget.format("OLD"),
        "UPDATE OF entered, sensitive": f"{forget.format('NEW')} {rows}",
    }
    return [
        f"CREATE TRIGGER key_values_{event.split()[0].lower()} AFTER {event} ON cases BEGIN {body} END"
        for event, body in bodies.items()
    ]


def _sqlite_text(column: str) -> str:
    """What stands in a field: the words of a text, and a number as it was written, which `->>` would round."""
    value = f"(NEW.{column} -> k.field)"
    return (
        f"CASE substr({value}, 1, 1) WHEN '\"' THEN NEW.{column} ->> k.field WHEN '{{' THEN NULL "
        f"ELSE nullif({value}, 'null') END"
    )
