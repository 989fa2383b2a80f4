"""Where a text begins in another, counted from 1, and 0 where it does not: `instr` of SQLite, `strpos` of PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class position(GenericFunction[int]):
    """`position(text, part)`."""

    type = Integer()
    inherit_cache = True


@compiles(position, "sqlite")
def _of_sqlite(element: position, compiler: SQLCompiler, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)})"


@compiles(position, "postgresql")
def _of_postgresql(element: position, compiler: SQLCompiler, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)})"
