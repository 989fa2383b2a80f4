"""What `mds test` does with the file, the database and the models."""

from __future__ import annotations

import argparse
import hashlib
from dataclasses import asdict
from pathlib import Path

from cli import fleet
from cli.output import FAILED, GOOD, NotFound, Wrong, document, printable, say, table
from cli.predict import read_file
from cli.rows_file import choices_in, read_table, rows_of
from cli.token_rows import who
from db.engine import close, make_sessions, writing
from db.ids import new_id
from db.migrate import migrate
from feedback import test_runs
from feedback.test_junit import junit
from feedback.test_runs import Found, Plan, TestRow, perform
from mds_client.discovery import Entry
from mds_client.signature import ModelRef, Signature
from services import Services, build
from settings import settings
from tables import truth_column

_MOST_SAID = 20


def run(chosen: argparse.Namespace) -> int:
    """Raises Wrong, NotFound and MdsError."""
    return _run(chosen) if chosen.action == "run" else _list(chosen)


def _run(chosen: argparse.Namespace) -> int:
    """The exit code says whether the version passed."""
    refs = []
    for model in filter(None, (chosen.model, chosen.against)):
        with fleet.opened(model) as (_, ref):
            refs.append(ref)
    built = build(settings())
    try:
        found = _tested(built, refs, chosen)
        with writing(built.sessions) as session:
            found.save(session)
    finally:
        built.close()
        close(built.sessions)
    if chosen.junit:
        _write(chosen, found)
    if chosen.json:
        document({**asdict(found.run), "results": [asdict(each) for each in found.results]})
    else:
        _show(found)
    return GOOD if found.run.is_passed else FAILED


def _tested(built: Services, refs: list[ModelRef], chosen: argparse.Namespace) -> Found:
    built.catalogue.refresh()
    entries = [_deployed(built, ref) for ref in refs]
    signatures = [built.signature(entry) for entry in entries]
    plan = Plan(
        model=entries[0].ref,
        other=entries[1].ref if len(entries) > 1 else None,
        rows=_rows(chosen, test_runs.together(signatures[0], signatures[-1])),
        file_name=chosen.file.name,
        file_sha256=_digest(chosen.file),
        parallel=chosen.parallel,
        near=chosen.near,
        pass_mark=chosen.pass_mark,
        most_error=chosen.most_error,
    )
    return perform(
        plan,
        asks=[built.test_asker(entry.ref) for entry in entries],
        figures=built.test_figures,
        run_id=new_id(),
        person=who(),
    )


def _deployed(built: Services, ref: ModelRef) -> Entry:
    entry = built.catalogue.find(ref)
    if entry is None:
        raise NotFound(f"{ref} is not deployed. `mds models` lists what there is.")
    return entry


def _rows(chosen: argparse.Namespace, signature: Signature) -> list[TestRow]:
    """The rows with their right answers. Raises Wrong."""
    found = read_table(chosen.file, signature, choices_in(chosen))
    column = chosen.truth or truth_column.find(found, signature)
    if column not in found.columns:
        named = f"no column {column!r}" if column else "no column that is called truth"
        there_are = ", ".join(map(repr, found.columns[:20]))
        raise Wrong(printable(f"The file has {named}. --truth names one of: {there_are}."))
    if column != chosen.truth:
        say(printable(f"The column {column!r} is read as what is right."))
    without = truth_column.without(found, column)
    rows, numbers = rows_of(chosen.file, without, signature, (), read_file)
    right = truth_column.truths(found, column, numbers)
    return [
        TestRow(place=place, values=values, truth=truth)
        for place, values, truth in zip(rows.places, rows.values, right, strict=True)
    ]


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write(chosen: argparse.Namespace, found: Found) -> None:
    try:
        chosen.junit.write_bytes(junit(found.run, found.results))
    except OSError as error:
        raise Wrong(f"{chosen.junit} could not be written: {error.strerror}.") from error


def _show(found: Found) -> None:
    run = found.run
    print(printable(f"{run.server}/{run.model} version {run.version}: {test_runs.in_words(run)}."))
    if words := test_runs.compared(run):
        print(printable(words))
    print(f"{test_runs.verdict(run)}.")
    print(f"Kept as {run.id}: /review?tab=Test+runs&run={run.id}")
    wrong = [each for each in found.results if not each.is_right]
    for each in wrong[:_MOST_SAID]:
        what = "no answer" if each.is_right is None else f"wrong, {each.truth} is right"
        say(printable(f"{each.place}: {what}. {each.detail}".rstrip()))
    if len(wrong) > _MOST_SAID:
        say(f"… and {len(wrong) - _MOST_SAID:,} more; --json has all of them.")


def _list(chosen: argparse.Namespace) -> int:
    url = settings().database_url.get_secret_value()
    migrate(url)
    sessions = make_sessions(url)
    try:
        found = test_runs.runs_of(sessions)
    finally:
        close(sessions)
    if chosen.json:
        document([asdict(each) for each in found])
        return GOOD
    rows = [["RUN", "MODEL", "VERSION", "FILE", "RESULT"]]
    for each in found:
        model = printable(f"{each.server}/{each.model}")
        file_name, words = printable(each.file_name), printable(test_runs.verdict(each))
        rows.append([each.id, model, printable(each.version), file_name, words])
    table(rows)
    return GOOD
