"""`--file`: the rows of a table in any format that the page takes, its columns mapped as the page does it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cli.output import Wrong, printable, say
from mds_client.signature import FILE_KINDS, File, Signature

if TYPE_CHECKING:
    from tables.converting import Converted
    from tables.mapping import Mapping
    from tables.table import Table

_MOST_SAID = 5
_SURE = 0.9


def rows_in(
    path: Path, signature: Signature, given: Collection[str], file: Callable[[Path], File]
) -> list[dict[str, object]]:
    """The rows of the file, with the fields that have a column. Nothing is sent if one cell is wrong.

    `given` are fields that have their value from elsewhere; `file` reads what a cell names as @path.
    Raises Wrong.
    """
    from tables.converting import converted
    from tables.mapping import suggest

    needed = replace(
        signature,
        inputs=tuple(
            replace(f, required=f.required and f.name not in given) for f in signature.inputs
        ),
    )
    table = _table(path, needed)
    mapping = suggest(table, needed)
    _say(table, mapping)
    _warn(mapping, signature, given)
    found = converted(_with_files(table, mapping, needed, file), mapping, needed)
    for remark in found.remarks:
        say(printable(remark))
    _refuse(path, table, found)
    fed = {match.field for match in mapping.matches}
    return [{n: v for n, v in row.items() if n in fed} for row in found.records()]


def _table(path: Path, signature: Signature) -> Table:
    from tables.errors import UnreadableFile
    from tables.fitting import read_fitting

    try:
        with path.open("rb") as stream:
            return read_fitting(stream, path.name, signature)
    except OSError as error:
        raise Wrong(f"{path} could not be read: {error.strerror}.") from error
    except UnreadableFile as error:
        raise Wrong(f"{path} could not be read. {error.sentence} {error.advice}") from error


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


def _say(table: Table, mapping: Mapping) -> None:
    """What a person would see in the page's table of columns, and how the file was read."""
    for remark in table.remarks:
        say(printable(remark))
    for match in mapping.matches:
        doubt = f" {match.reason} Please check." if match.confidence < _SURE else ""
        if match.column != match.field:
            say(
                f"The column {printable(match.column)!r} is read as {match.field!r}.{printable(doubt)}"
            )
        elif doubt:
            say(f"The column {printable(match.column)!r}:{printable(doubt)}")
    if mapping.unused:
        say(f"Not used: {', '.join(printable(name) for name in mapping.unused)}.")


def _warn(mapping: Mapping, signature: Signature, given: Collection[str]) -> None:
    """Which fields the model gets no value of, though the form would ask for them."""
    from tables.mapping import sentence_on_unfed

    sentence = sentence_on_unfed(mapping, signature, given)
    if sentence:
        say(f"Warning: {printable(sentence)}")


def _refuse(path: Path, table: Table, found: Converted) -> None:
    """Raises Wrong with the first problems, if there are any."""
    if not found.problems:
        return
    lines = [
        f"{table.row_word} {p.row}: {p.sentence}" if p.row else p.sentence
        for p in found.problems[:_MOST_SAID]
    ]
    if len(found.problems) > _MOST_SAID:
        lines.append(f"… and {len(found.problems) - _MOST_SAID} more")
    raise Wrong("\n".join([f"{path} was not sent:", *map(printable, lines)]))
