"""Cells that say nothing in a word, such as NA or a dash: found and counted for a column at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from mds_client.signature import Field
from tables import categories, numbers
from tables.source_column import Array

Counts = Mapping[str, int]


def are_read(wanted: Field) -> bool:
    """Whether a word may say nothing in this field: in a text it says something."""
    return wanted.kind not in ("text", "json")


def words_in(column: pa.Array, wanted: Field, besides: Collection[str] = ()) -> dict[str, int]:
    """The words of a column that say nothing, as they are written, and how often each is there. A choice of the field, and what
    `besides` has, says something."""
    if not are_read(wanted) or not _is_text(column.type):
        return {}
    choices = categories.known(wanted.choices)
    counted = pc.value_counts(column.filter(_is_word(column))).to_pylist()
    found = {each["values"]: each["counts"] for each in counted if each["values"] is not None}
    return {
        word: count
        for word, count in found.items()
        if word not in besides and categories.plain(word) not in choices
    }


def without(column: pa.Array, words: Collection[str]) -> pa.Array:
    """The column with empty cells where it has one of these words, or blanks alone."""
    nothing = pc.or_(pc.is_in(column, pa.array(list(words), column.type)), _is_blank(column))
    return pc.if_else(pc.fill_null(nothing, False), pa.scalar(None, column.type), column)


def of_cells(cells: Array, wanted: Field) -> dict[str, int]:
    """The same of cells in memory."""
    texts = [cell for cell in cells.tolist() if isinstance(cell, str)] if are_read(wanted) else []
    return words_in(pa.array(texts, pa.string()), wanted) if texts else {}


def _is_word(column: pa.Array) -> pa.Array:
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(column))
    is_word = pc.is_in(plain, _known(column.type))
    is_flag = pc.match_substring_regex(plain, f"^(?:{numbers.FLAG})$")
    return pc.fill_null(pc.or_(is_word, is_flag), False)


def _is_blank(column: pa.Array) -> pa.Array:
    return pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(column)), 0)


@cache
def _known(kind: pa.DataType) -> pa.Array:
    return pa.array(sorted(numbers.MISSING), kind)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
