"""Texts that a spreadsheet would take for a formula, made harmless."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_ACTS = r"^ *[=+\-@\t\r\n＝＋－＠]"
_NUMBER = r"^[+\-]?\d[\d.,'\x{2009}\x{202f}\x{a0}]*(?:[eE][+\-]?\d+)?\s?%?$|^-$"


def inert(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts that a spreadsheet would take for a formula with an apostrophe before them; a plain number is none, nor a lone minus."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    acts = pc.match_substring_regex(column, _ACTS)
    acts = pc.and_not(acts, pc.match_substring_regex(column, _NUMBER))
    if not pc.any(acts).as_py():
        return column
    return pc.if_else(acts, pc.binary_join_element_wise("'", column, ""), column)
