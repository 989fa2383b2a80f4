"""A number that stands under a name in a column of JSON, and the length of a text; NULL where something else does, or nothing."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Double, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

# `length(note)` is how many characters the text `note` has.
LENGTH = "length"
_LENGTH_OF = re.compile(rf"{LENGTH}\((.+)\)", re.DOTALL)


def text_of_length(name: str) -> str | None:
    """Of which field a name is the length; None for what is none."""
    found = _LENGTH_OF.fullmatch(name)
    return found[1] if found else None


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


class json_length(GenericFunction[int]):
    """`json_length(document, name)`: the characters of a text, in the same places."""

    type = Integer()
    inherit_cache = True


@compiles(json_length, "sqlite")
def _length_of_sqlite(element: json_length, compiler: SQLCompiler, **options: Any) -> str:
    document, name = (compiler.process(each, **options) for each in element.clauses)
    is_text = f"substr(({document}) -> {name}, 1, 1) = '\"'"
    return f"(CASE WHEN {is_text} THEN nullif(length(({document}) ->> {name}), 0) END)"


@compiles(json_length, "postgresql")
def _length_of_postgresql(element: json_length, compiler: SQLCompiler, **options: Any) -> str:
    document, name = (compiler.process(each, **options) for each in element.clauses)
    is_text = f"json_typeof(({document}) -> {name}) = 'string'"
    return f"(CASE WHEN {is_text} THEN nullif(length(({document}) ->> {name}), 0) END)"
