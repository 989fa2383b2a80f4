"""The rows of a table as rows of a model, and a problem for every cell that cannot become a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from mds_client.signature import Field, Signature
from tables import cells as kinds
from tables import empty_words, outliers
from tables.heading_units import unit_of
from tables.mapping import Mapping as Columns
from tables.source_column import Cells
from tables.table import Table

MOST_PROBLEMS = 10_000


@dataclass(frozen=True, kw_only=True)
class RowProblem:
    """What is wrong with one cell, or with a whole row when `column` and `field` are empty.

    `row` is the number that a person finds the row under, as `Table.row_word` counts; 0 where a needed
    field has no column at all.
    """

    row: int
    column: str
    field: str
    sentence: str
    cell: str = ""


@dataclass(frozen=True, kw_only=True)
class Converted:
    """`rows` has one column a field, in the order of the signature, and the rows that can be sent; its index
    holds their row numbers. A cell is a value that the field accepts; None or NaN is unknown.

    `problems` are in the order of the rows, `left_out` counts the rows that have any; of very many
    problems the first 10,000 are kept. `totals` counts the rows that are the sums of others, which are not
    sent and no problem. `remarks` say how ambiguous cells were read, `empty_words` has the words that were read as empty, and
    how often each is there, by column.
    """

    rows: pd.DataFrame
    problems: tuple[RowProblem, ...] = ()
    left_out: int = 0
    totals: int = 0
    remarks: tuple[str, ...] = ()
    empty_words: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def records(self) -> list[dict[str, object]]:
        """The rows as plain values, None for unknown."""
        names = [str(name) for name in self.rows.columns]
        columns = [_plain(self.rows[name]) for name in names]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(column: pd.Series[Any]) -> list[object]:
    is_known = column.notna()
    return [cell if ok else None for cell, ok in zip(column.tolist(), is_known, strict=True)]


@dataclass(kw_only=True)
class _Work:
    """What has been converted so far; positions are those in the table's frame."""

    values: dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]] = field(default_factory=dict)
    bad: np.ndarray[tuple[int], np.dtype[np.bool_]]
    problems: list[tuple[int, RowProblem]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    empty_words: dict[str, Mapping[str, int]] = field(default_factory=dict)


def _typed(column: pd.Series[Any]) -> pd.Series[Any]:
    """The column in a type of its own where one holds every cell: whole numbers beside empty cells would become
    floats, which drop the last digits of large ones."""
    typed = column.infer_objects()
    has_whole = typed.dtype.kind == "f" and any(isinstance(cell, int) for cell in column)
    return column if column.dtype == object and has_whole else typed


def converted(table: Table, mapping: Columns, signature: Signature) -> Converted:
    """The rows that can be sent, and what is wrong with the others. Nothing is raised for bad cells."""
    unmapped = _unmapped(mapping, signature)
    if unmapped:
        return Converted(
            rows=pd.DataFrame(columns=[one.name for one in signature.inputs], dtype=object),
            problems=tuple(unmapped),
            left_out=len(table) - len(table.totals),
            totals=len(table.totals),
        )
    work = _Work(bad=np.zeros(len(table), dtype=bool))
    _add_faults(work, table)
    work.bad[list(table.totals)] = True
    for one in signature.inputs:
        _convert(work, table, mapping, one)
    return _result(work, table)


def as_far_as_it_fits(
    found: Converted, table: Table, mapping: Columns, signature: Signature
) -> tuple[Signature, list[str]]:
    """Where no row was `found`: the signature with the fields alone that have a column of which a row can be read, each taken by itself, and the
    titles of those that have a column of which none can. Else, or where none is left, the signature itself, and nothing."""
    if len(found.rows):
        return signature, []
    fed = [one for one in signature.inputs if mapping.column(one.name)]
    fit = tuple(
        f for f in fed if len(converted(table, mapping, replace(signature, inputs=(f,))).rows)
    )
    if not fit:
        return signature, []
    return replace(signature, inputs=fit), [one.title for one in fed if one not in fit]


def _unmapped(mapping: Columns, signature: Signature) -> list[RowProblem]:
    return [
        RowProblem(row=0, column="", field=one.name, sentence=f"No column feeds {one.title}.")
        for one in signature.inputs
        if one.required and not mapping.column(one.name) and one.name not in dict(mapping.fixed)
    ]


def _add_faults(work: _Work, table: Table) -> None:
    for position, sentence in table.faults.items():
        if position in table.totals:
            continue
        work.bad[position] = True
        row = table.row_numbers[position]
        work.problems.append(
            (position, RowProblem(row=row, column="", field="", sentence=sentence))
        )


def _convert(work: _Work, table: Table, mapping: Columns, one: Field) -> None:
    column = mapping.column(one.name)
    if not column:
        fixed = dict(mapping.fixed).get(one.name)
        work.values[one.name] = np.full(len(table), fixed, dtype=object)
        return
    match = mapping[one.name]
    field_unit = unit_of(one)
    to_unit = match.to_unit or (field_unit.name if field_unit else "")
    source = Cells.of(table, column, unit=match.unit, to_unit=to_unit)
    source = _replaced(source, mapping.replaced_in(one.name))
    cells = kinds.values(source, one)
    if words := empty_words.of_cells(source.cells, one):
        work.empty_words[column] = words
    work.values[one.name] = cells.values
    _add_problems(work, table, column, one, cells.sentences)
    work.remarks += [f"{column}: {remark}" for remark in cells.remarks]
    _warn_of_far(work, table, column, one, cells)


def _warn_of_far(
    work: _Work, table: Table, column: str, one: Field, cells: kinds.ConvertedColumn
) -> None:
    """Name the rows whose number is far outside the usual; not those that are refused, or are no cases."""
    refused = {*cells.sentences, *table.faults, *table.totals}
    places = [i for i in outliers.far(cells.values, one) if i not in refused]
    remark = outliers.remark(
        [table.row_numbers[i] for i in places], list(cells.values[places]), one, table.row_word
    )
    if remark:
        work.warnings.append(f"{column}: {remark}")


def _replaced(source: Cells, values: Mapping[str, object]) -> Cells:
    """The cells with what a person said that some of them mean."""
    if not values:
        return source
    cells = source.cells.copy()
    for i, cell in enumerate(cells):
        if isinstance(cell, str) and cell in values:
            cells[i] = values[cell]
    return replace(source, cells=cells)


def _add_problems(
    work: _Work, table: Table, column: str, one: Field, sentences: Mapping[int, str]
) -> None:
    for position, sentence in sentences.items():
        work.bad[position] = True
        if not _has_fault(table, position) and len(work.problems) < MOST_PROBLEMS:
            row = table.row_numbers[position]
            cell = table.cells(column)[position]
            problem = RowProblem(
                row=row,
                column=column,
                field=one.name,
                sentence=sentence,
                cell=cell if isinstance(cell, str) else "",
            )
            work.problems.append((position, problem))


def _has_fault(table: Table, position: int) -> bool:
    """Whether the row is not sent for another reason, which is said already."""
    return position in table.faults or position in table.totals


def _result(work: _Work, table: Table) -> Converted:
    is_sendable = ~work.bad
    index = pd.Index(
        np.asarray(table.row_numbers, dtype=np.int64)[is_sendable], name=table.row_word
    )
    rows = pd.DataFrame(
        {name: _typed(pd.Series(v[is_sendable], index=index)) for name, v in work.values.items()}
    )
    ordered = sorted(work.problems, key=lambda numbered: numbered[0])
    return Converted(
        rows=rows,
        problems=tuple(problem for _, problem in ordered),
        left_out=int(work.bad.sum()) - len(table.totals),
        totals=len(table.totals),
        remarks=(*work.warnings, *work.remarks),
        empty_words=work.empty_words,
    )
