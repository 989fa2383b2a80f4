"""Whether a text begins with another, A and a apart.

PostgreSQL's planner knows of `^@` how many rows that is; of `substr` it guesses one in 200, and then reads all cases of a
model to sort them, where the newest few are found by walking an index.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class begins_with(GenericFunction[bool]):
    """`begins_with(text, beginning)`."""

    type = Boolean()
    inherit_cache = True


@compiles(begins_with, "sqlite")
def _of_sqlite(element: begins_with, compiler: SQLCompiler, **options: Any) -> str:
    text, beginning = element.clauses
    # Not LIKE, which does not tell a from A there.
    same: ColumnElement[bool] = func.substr(text, 1, func.length(beginning)) == beginning
    return f"({compiler.process(same, **options)})"


@compiles(begins_with, "postgresql")
def _of_postgresql(element: begins_with, compiler: SQLCompiler, **options: Any) -> str:
    text, beginning = (compiler.process(each, **options) for each in element.clauses)
    return f"({text} ^@ {beginning})"
