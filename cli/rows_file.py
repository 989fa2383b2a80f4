"""`--file`: the rows of a table in any format that the page takes, its columns mapped as the page does it."""

from __future__ import annotations

import argparse
import codecs
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cli.output import Wrong, printable, say
from mds_client.signature import FILE_KINDS, File, Signature

if TYPE_CHECKING:
    from tables.converting import Converted
    from tables.fixes import ProblemKind
    from tables.mapping import Mapping
    from tables.table import Choices, Table

_MOST_SAID = 5
_NAMED_SIGNS = {"tab": "\t", "comma": ",", "semicolon": ";", "bar": "|", "space": " "}
_SIGNS = _NAMED_SIGNS | {"\\t": "\t"}


class Rows(NamedTuple):
    """What is asked, and where a person finds each row."""

    values: list[dict[str, object]]
    places: list[str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What says how a file is read, in place of what is found out: as under “Not read correctly?” on the page."""
    parser.add_argument(
        "--keep-totals",
        action="store_true",
        help="with --file: also send rows that are totals of others",
    )
    parser.add_argument("--encoding", help="with --file: its text encoding, as cp1252 or utf-16")
    parser.add_argument(
        "--sheet", help="with --file: the sheet of a workbook, or the list of a JSON"
    )
    parser.add_argument("--delimiter", help="with --file: the sign between columns; tab for a tab")
    parser.add_argument(
        "--decimal",
        choices=[".", ","],
        metavar="SIGN",
        help="with --file: the sign of decimals: . or ,",
    )
    parser.add_argument(
        "--header-row", type=int, metavar="N", help="with --file: the row of the names; 0 for none"
    )


def choices_in(chosen: argparse.Namespace) -> Choices:
    """What the arguments say of the file. Raises Wrong."""
    from tables.table import Choices

    if chosen.file is None and (names := _given(chosen)):
        raise Wrong(f"{names[0]} says how a file is read: give the file with --file.")
    if (chosen.header_row or 0) < 0:
        raise Wrong("--header-row is the number of a row, from 1, or 0 for none.")
    return Choices(
        sheet=chosen.sheet or "",
        encoding=_encoding(chosen.encoding or ""),
        delimiter=_delimiter(chosen.delimiter or ""),
        decimal=chosen.decimal or "",
        header_row=chosen.header_row,
        keep_totals=chosen.keep_totals,
    )


def _given(chosen: argparse.Namespace) -> list[str]:
    names = ("keep_totals", "encoding", "sheet", "delimiter", "decimal", "header_row")
    return [f"--{n.replace('_', '-')}" for n in names if getattr(chosen, n) not in (None, False)]


def _delimiter(words: str) -> str:
    """The sign between columns. Raises Wrong."""
    sign = _SIGNS.get(words, words)
    if len(sign) > 1:
        raise Wrong(f"--delimiter is one sign, or one of {', '.join(_NAMED_SIGNS)}, not {words!r}.")
    return sign


def _encoding(name: str) -> str:
    """The name of an encoding as Python knows it. Raises Wrong."""
    try:
        return codecs.lookup(name).name if name else ""
    except LookupError as error:
        raise Wrong(
            f"No text encoding is called {name!r}. Try utf-8, utf-16, cp1252, cp1250 or cp1251."
        ) from error


def rows_in(
    path: Path,
    signature: Signature,
    given: Collection[str],
    file: Callable[[Path], File],
    choices: Choices | None = None,
) -> Rows:
    """The rows of the file, with the fields that have a column. Nothing is sent if one cell is wrong.

    `given` are fields that have their value from elsewhere; `file` reads what a cell names as @path; `choices` say how
    the file is read. Raises Wrong.
    """
    needed = replace(
        signature,
        inputs=tuple(
            replace(f, required=f.required and f.name not in given) for f in signature.inputs
        ),
    )
    return rows_of(path, read_table(path, needed, choices), needed, given, file)[0]


def rows_of(
    path: Path,
    table: Table,
    needed: Signature,
    given: Collection[str],
    file: Callable[[Path], File],
    left_out: Callable[[Converted], None] | None = None,
) -> tuple[Rows, list[int]]:
    """The rows of a table that was read from the file, as `rows_in` has them, and their numbers in it; `needed` says which
    fields need a column. `left_out`, where it is given, is told what was read: then rows with problems are left out, as long
    as any row can be sent."""
    from batch.plan import read_as_empty
    from tables.converting import converted
    from tables.mapping import suggest

    mapping = suggest(table, needed)
    say_reading(table, mapping)
    _warn(mapping, needed, given)
    conversion = converted(_with_files(table, mapping, needed, file), mapping, needed)
    for remark in conversion.remarks:
        say(printable(remark))
    for line in read_as_empty(conversion.empty_words):
        say(printable(line))
    if left_out is None or not len(conversion.rows):
        _refuse(path, table, conversion, needed)
    else:
        left_out(conversion)
    fed = {match.field for match in mapping.matches}
    values = [{n: v for n, v in row.items() if n in fed} for row in conversion.records()]
    word = table.row_word.capitalize()
    numbers = [int(number) for number in conversion.rows.index]
    return Rows(values, [f"{word} {number}" for number in numbers]), numbers


def read_table(path: Path, signature: Signature, choices: Choices | None) -> Table:
    """The file as a table, of its sheets the one that fits the model. Raises Wrong."""
    from tables.errors import UnreadableFile
    from tables.fitting import read_fitting

    try:
        with path.open("rb") as stream:
            return read_fitting(stream, path.name, signature, choices=choices)
    except OSError as error:
        raise Wrong(f"{path} could not be read: {error.strerror}.") from error
    except UnreadableFile as error:
        sentence = f"{path} could not be read. {error.sentence} {error.advice} {_of(error.sheets)}"
        raise Wrong(printable(sentence.strip())) from error


def _of(sheets: Sequence[str]) -> str:
    """Which sheets or lists a file has, and what chooses one; empty where it has no more than one."""
    names = ", ".join(f"“{sheet}”" for sheet in sheets[:_MOST_SAID])
    more = f" and {len(sheets) - _MOST_SAID} more" if len(sheets) > _MOST_SAID else ""
    return f"It has {names}{more}; --sheet chooses one." if len(sheets) > 1 else ""


def _with_files(
    table: Table, mapping: Mapping, signature: Signature, file: Callable[[Path], File]
) -> Table:
    """The table with the files that its cells name as @path."""
    import pandas as pd

    fields = {field.name for field in signature.inputs if field.kind in FILE_KINDS}
    columns = [match.column for match in mapping.matches if match.field in fields]
    if not columns:
        return table
    frame = table.frame.copy()
    for column in columns:
        cells = [_opened(cell, file) for cell in frame[column]]
        frame[column] = pd.Series(cells, index=frame.index, dtype=object)
    return replace(table, frame=frame)


def _opened(cell: object, file: Callable[[Path], File]) -> object:
    return file(Path(cell[1:])) if isinstance(cell, str) and cell.startswith("@") else cell


def say_reading(table: Table, mapping: Mapping) -> None:
    """Print how the file was read and which columns feed which fields, as the page shows it."""
    if len(table.sheets) > 1 and not table.choices.sheet:
        say(printable(f"Read: “{_read_sheet(table)}”. {_of(table.sheets)}"))
    for remark in (*table.warnings, *table.remarks):
        say(printable(remark))
    if unused := _without_use(table):
        say(f"{table.sniffed.get('format', 'This file')} has no use for {' and '.join(unused)}.")
    for match in mapping.matches:
        doubt = printable(f"{match.reason} Please check.") if match.is_unsure else ""
        if match.column != match.field:
            say(
                f"The column {printable(match.column)!r} is read as {match.field!r}. {doubt}".rstrip()
            )
        elif doubt:
            say(f"The column {printable(match.column)!r}: {doubt}")
    if mapping.unused:
        say(f"Not used: {', '.join(printable(name) for name in mapping.unused)}.")


def _without_use(table: Table) -> list[str]:
    """The arguments that say nothing of a file of this format."""
    chosen, is_in = table.choices, table.sniffed.keys().__contains__
    said = {
        "--sheet": bool(chosen.sheet) and not table.sheets,
        "--encoding": bool(chosen.encoding) and not is_in("encoding"),
        "--delimiter": bool(chosen.delimiter) and not is_in("delimiter"),
    }
    return [name for name, is_without in said.items() if is_without]


def _read_sheet(table: Table) -> str:
    return table.sniffed.get("sheet") or table.sniffed.get("rows") or table.sheets[0]


def _warn(mapping: Mapping, signature: Signature, given: Collection[str]) -> None:
    """Print which fields the model gets no value for, although the form would ask for them."""
    from tables.mapping import sentence_on_unfed

    sentence = sentence_on_unfed(mapping, signature, given)
    if sentence:
        say(f"Warning: {printable(sentence)}")


def _refuse(path: Path, table: Table, conversion: Converted, signature: Signature) -> None:
    """Raises Wrong with the most frequent problems, if there are any."""
    from tables.fixes import kinds_of

    if not conversion.problems:
        return
    kinds = kinds_of(conversion.problems, signature)
    lines = [_line(table, kind) for kind in kinds[:_MOST_SAID]]
    if len(kinds) > _MOST_SAID:
        lines.append(f"… and {len(kinds) - _MOST_SAID} more kinds of problems")
    raise Wrong("\n".join([f"{path} was not sent:", *map(printable, lines)]))


def _line(table: Table, kind: ProblemKind) -> str:
    """A problem with its first row, how many more rows have it, and what the cell may mean."""
    if not kind.rows[0]:
        return kind.sentence
    more = f" and {len(kind.rows) - 1:,} more" if len(kind.rows) > 1 else ""
    fix = f" Is {kind.fix} meant?" if kind.fix is not None else ""
    return f"{table.row_word} {kind.rows[0]}{more}: {kind.sentence}{fix}"
