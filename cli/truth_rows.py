"""What `mds truth` does with the file and the database."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from cli.output import FAILED, GOOD, Wrong, document, printable, say
from cli.token_rows import who
from db.engine import close
from feedback import label_studio_truths
from feedback.truths import CasesOfKeys, Imported, TruthRow, Unmatched, import_truths
from mds_client.signature import ModelRef
from services import Services, build
from settings import settings
from tables import truth_file
from tables.errors import UnreadableFile
from tables.reading import read

_MOST_SAID = 20


def run(chosen: argparse.Namespace) -> int:
    """The exit code says whether every row was matched. Raises Wrong for a file that cannot be taken."""
    tasks = _tasks(chosen.file)
    said = label_studio_truths.annotated(tasks or [])
    rows = _rows(chosen.file, is_by_key=bool(chosen.model)) if tasks is None else list(said.rows)
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
        found = replace(found, unmatched=(*said.unread, *found.unmatched))
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
        with path.open("rb") as stream:
            table = read(stream, path.name)
    except OSError as error:
        raise Wrong(f"{path} could not be read: {error.strerror}.") from error
    except UnreadableFile as error:
        raise Wrong(f"{path} could not be read. {error.sentence} {error.advice}") from error
    name = "key" if is_by_key else "case_id"
    named, truth = truth_file.columns_of(table, is_by_key=is_by_key)
    if not named or not truth:
        lacking = "truth" if named else name.removesuffix("_id")
        raise Wrong(
            f"The file has no column {lacking!r}. It needs a column case, or with --model a column key, and a column truth."
        )
    return [
        TruthRow(place=each.place, truth=each.truth, **{name: each.name})
        for each in truth_file.named_truths(table, named, truth)
    ]


def _tasks(path: Path) -> list[dict[str, Any]] | None:
    """The tasks of an export of Label Studio in JSON; None for any other file."""
    if path.suffix.lower() != ".json":
        return None
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None  # the reader of tables says what is wrong with it
    return found if label_studio_truths.is_export(found) else None
