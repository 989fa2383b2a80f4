"""A number that stands under a name in a column of JSON; NULL where something else does, or nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Double
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class json_number(GenericFunction[float]):
    """`json_number(document, name)`: the document as the column has it, the name as a text or a column."""

    type = Double()
    inherit_cache = True


@compiles(json_number, "sqlite")
def _of_sqlite(element: json_number, compiler: SQLCompiler, **options: Any) -> str:
    document, name = (compiler.process(each, **options) for each in element.clauses)
    found = f"({document}) ->> {name}"
    # What is true is 1 there, but not as JSON.
    is_number = f"typeof({found}) IN ('integer', 'real') AND ({document}) -> {name} <> 'true'"
    return f"(CASE WHEN {is_number} AND ({document}) -> {name} <> 'false' THEN {found} END)"


@compiles(json_number, "postgresql")
def _of_postgresql(element: json_number, compiler: SQLCompiler, **options: Any) -> str:
    document, name = (compiler.process(each, **options) for each in element.clauses)
    # CASE, so that what is no number is not cast.
    found = f"CAST(({document}) ->> {name} AS double precision)"
    return f"(CASE WHEN json_typeof(({document}) -> {name}) = 'number' THEN {found} END)"
