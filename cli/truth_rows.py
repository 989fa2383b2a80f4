"""What `mds truth` does with the file and the database."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from cli.output import FAILED, GOOD, Wrong, document, printable, say
from cli.token_rows import who
from db.engine import close, make_sessions
from db.migrate import migrate
from db.outbox import routed
from feedback.truths import Imported, TruthRow, import_truths
from services import targets_of
from settings import settings
from tables.errors import UnreadableFile
from tables.reading import read
from tables.table import Table

_CASE, _TRUTH = ("case", "case_id", "case id"), ("truth", "right answer", "label")
_MOST_SAID = 20


def run(chosen: argparse.Namespace) -> int:
    """The exit code says whether every row was matched. Raises Wrong for a file that cannot be taken."""
    rows = _rows(chosen.file)
    if chosen.near is not None and not 0 <= chosen.near < 1:
        raise Wrong("--near is a share of the truth, from 0 to below 1.")
    url = settings().database_url.get_secret_value()
    migrate(url)
    sessions = routed(make_sessions(url), targets_of(settings()))
    try:
        found = import_truths(sessions, rows, person=who(), near=chosen.near)
    finally:
        close(sessions)
    if chosen.json:
        document(asdict(found))
    else:
        _show(found)
    return FAILED if found.unmatched else GOOD


def _show(found: Imported) -> None:
    print(
        f"{found.recorded:,} recorded, {found.unchanged:,} stood already, {len(found.unmatched):,} match nothing."
    )
    for each in found.unmatched[:_MOST_SAID]:
        say(printable(f"{each.place}, case {each.case_id or '(none)'}: {each.why}"))
    if len(found.unmatched) > _MOST_SAID:
        say(f"… and {len(found.unmatched) - _MOST_SAID:,} more; --json has all of them.")


def _rows(path: Path) -> list[TruthRow]:
    try:
        table = read(path, path.name)
    except OSError as error:
        raise Wrong(f"{path} could not be read: {error.strerror}.") from error
    except UnreadableFile as error:
        raise Wrong(f"{path} could not be read. {error.sentence} {error.advice}") from error
    case, truth = _column(table, _CASE), _column(table, _TRUTH)
    return [
        TruthRow(place=table.place(position), case_id=str(each or "").strip(), truth=_cell(right))
        for position, (each, right) in enumerate(
            zip(table.frame[case], table.frame[truth], strict=True)
        )
    ]


def _column(table: Table, names: tuple[str, ...]) -> str:
    columns = {str(name).strip().lower().replace("_", " "): str(name) for name in table.frame}
    found = next((columns[n] for n in (n.replace("_", " ") for n in names) if n in columns), None)
    if found is None:
        raise Wrong(
            f"The file has no column {names[0]!r}. It needs a column case and a column truth."
        )
    return found


def _cell(value: object) -> object:
    """A cell as a truth: nothing where it is empty."""
    return None if value is None or value != value else value  # NaN differs from itself
