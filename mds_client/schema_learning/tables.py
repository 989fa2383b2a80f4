"""What is learned from a table."""

from __future__ import annotations

from dataclasses import replace

from mds_client.schema_learning.columns import Columns, columns_in
from mds_client.schema_learning.examples import varied
from mds_client.schema_learning.headers import possible_target
from mds_client.signature.facts import Facts, about


def learned(columns: Columns, *, name: str = "", target: str = "") -> Facts:
    """The facts in the columns of a table, `target` left out; they may be of different lengths.

    Cells are of any type: text as in a file, numbers, dates, lists, None and NaN for what is missing; a
    pandas DataFrame is such a mapping. Of more than 10,000 columns the first are read, of the first million
    rows a fixed sample. Choices and usual ranges are given only where enough rows speak for them. Never
    raises.
    """
    read = columns_in(columns, target)
    if not read:
        return Facts(source="learned", name=name, about={"Rows": "0"})
    facts = {header: column.facts() for header, column in read.items()}
    rows = varied(list(read.values()))
    fields = {h: replace(facts[h], examples=read[h].at(rows) or None) for h in facts}
    words = {"Rows": f"{max(c.length for c in read.values()):,}", "Columns": f"{len(read):,}"}
    words |= {} if target else possible_target(list(fields))
    return Facts(
        source="learned", name=name, inputs=tuple(fields), fields=fields, about=about(words)
    )
