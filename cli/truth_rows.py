"""What `mds truth` does with the file and the database."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from functools import partial
from pathlib import Path

from cli.output import FAILED, GOOD, Wrong, document, printable, say
from cli.token_rows import who
from db.engine import close
from feedback.truths import CasesOfKeys, Imported, TruthRow, Unmatched, import_truths
from mds_client.signature import ModelRef
from services import Services, build
from settings import settings
from tables.errors import UnreadableFile
from tables.reading import read
from tables.table import Table

_CASE, _TRUTH = ("case", "case_id", "case id"), ("truth", "right answer", "label")
_KEY = ("key", "business key")
_MOST_SAID = 20


def run(chosen: argparse.Namespace) -> int:
    """The exit code says whether every row was matched. Raises Wrong for a file that cannot be taken."""
    rows = _rows(chosen.file, is_by_key=bool(chosen.model))
    if chosen.near is not None and not 0 <= chosen.near < 1:
        raise Wrong("--near is a share of the truth, from 0 to below 1.")
    built = build(settings())
    try:
        found = import_truths(
            built.sessions,
            rows,
            person=who(),
            near=chosen.near,
            cases_of_keys=_lookup(built, chosen.model),
            is_for_all=chosen.is_for_all,
        )
    finally:
        built.close()
        close(built.sessions)
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
        say(printable(f"{each.place}, {_named(each)}: {each.why}"))
    if len(found.unmatched) > _MOST_SAID:
        say(f"… and {len(found.unmatched) - _MOST_SAID:,} more; --json has all of them.")


def _named(each: Unmatched) -> str:
    return f"key {each.key}" if each.key else f"case {each.case_id or '(none)'}"


def _lookup(built: Services, model: str) -> CasesOfKeys:
    """Finds cases by the business key of a model. Raises Wrong where it has none."""
    if not model:
        return lambda _keys: {}
    try:
        ref = ModelRef.parse(model)
    except ValueError as error:
        raise Wrong(f"{model!r} names no model. Write server/name.") from error
    if (ref.server, ref.name) not in built.business_keys():
        built.catalogue.refresh()  # its server or a registry may say it
    if (ref.server, ref.name) not in built.business_keys():
        raise Wrong(f"Nobody has said which field of {model} is its business key.")
    return partial(built.cases_of_keys, ref)


def _rows(path: Path, *, is_by_key: bool) -> list[TruthRow]:
    try:
        table = read(path, path.name)
    except OSError as error:
        raise Wrong(f"{path} could not be read: {error.strerror}.") from error
    except UnreadableFile as error:
        raise Wrong(f"{path} could not be read. {error.sentence} {error.advice}") from error
    name = "key" if is_by_key else "case_id"
    named, truth = _column(table, _KEY if is_by_key else _CASE), _column(table, _TRUTH)
    cells = zip(table.frame[named], table.frame[truth], strict=True)
    return [
        TruthRow(place=table.place(position), truth=_cell(right), **{name: _text(each)})
        for position, (each, right) in enumerate(cells)
    ]


def _text(value: object) -> str:
    """A cell as a name: 1042 and 1042.0 are one key."""
    known = _cell(value)
    if isinstance(known, float) and known.is_integer():
        known = int(known)
    return "" if known is None else str(known).strip()


def _column(table: Table, names: tuple[str, ...]) -> str:
    columns = {str(name).strip().lower().replace("_", " "): str(name) for name in table.frame}
    found = next((columns[n] for n in (n.replace("_", " ") for n in names) if n in columns), None)
    if found is None:
        raise Wrong(
            f"The file has no column {names[0]!r}. It needs a column case, or with --model a column key, and a column truth."
        )
    return found


def _cell(value: object) -> object:
    """A cell as a truth: nothing where it is empty."""
    return None if value is None or value != value else value  # NaN differs from itself
