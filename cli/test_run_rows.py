"""What `mds test` does with the file, the database and the models."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli import version_runs
from cli.output import Wrong, printable, say
from cli.predict import read_file
from cli.rows_file import choices_in, read_table, rows_of
from cli.token_rows import who
from db.ids import new_id
from db.test_runs import ResultView, RunView
from feedback import test_runs
from feedback.test_junit import junit
from feedback.test_rows import Sorted, sort_rows
from feedback.test_runs import Found, Plan, TestRow, perform
from mds_client.discovery import Entry
from mds_client.signature import Signature
from services import Services
from tables import truth_column
from tables.converting import Converted
from tables.left_out import left_out

_MOST_SAID = 20


@dataclass(frozen=True)
class _Telling:
    may_leave_out: bool

    def lines(self, run: RunView) -> Iterator[str]:
        yield f"{run.server}/{run.model} version {run.version}: {test_runs.in_words(run)}."
        if words := test_runs.compared(run):
            yield words
        yield f"{test_runs.verdict(run)}."
        if words := test_runs.as_left_out(run.left_out, run.left_out_why):
            yield words
            if not self.may_leave_out:
                yield "The exit code is 1 for them; --leave-out accepts that they are not tested."
        yield f"Kept as {run.id}: /review?tab=Test+runs&run={run.id}"

    def wrong(self, result: ResultView) -> str:
        what = "no answer" if result.is_right is None else f"wrong, {result.truth} is right"
        return f"{result.place}: {what}. {result.detail}".rstrip()

    def junit(self, found: Found) -> bytes:
        return junit(found.run, found.results)

    def is_good(self, run: RunView) -> bool:
        return run.is_passed and (self.may_leave_out or not run.left_out)


def run(chosen: argparse.Namespace) -> int:
    """Raises Wrong, NotFound and MdsError."""
    if chosen.action != "run":
        head = ("RUN", "MODEL", "VERSION", "FILE", "RESULT")
        return version_runs.listed(chosen, test_runs.runs_of, head, _row)

    def test(built: Services, entries: list[Entry]) -> Found:
        return _tested(built, entries, chosen)

    return version_runs.run(
        chosen, [chosen.model, chosen.against], test, _Telling(chosen.leave_out)
    )


def _tested(built: Services, entries: list[Entry], chosen: argparse.Namespace) -> Found:
    signatures = [built.signature(entry) for entry in entries]
    found = _rows(chosen, signatures)
    plan = Plan(
        model=entries[0].ref,
        other=entries[1].ref if len(entries) > 1 else None,
        rows=found.rows,
        left_out=found.left_out,
        left_out_why=found.why,
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


def _rows(chosen: argparse.Namespace, signatures: Sequence[Signature]) -> Sorted:
    """The rows with their right answers; those that cannot be tested are told. Raises Wrong."""
    signature = test_runs.together(signatures[0], signatures[-1])
    found = read_table(chosen.file, signature, choices_in(chosen))
    column = chosen.truth or truth_column.find(found, signature)
    if column not in found.columns:
        named = f"no column {column!r}" if column else "no column that is called truth"
        there_are = ", ".join(map(repr, found.columns[:20]))
        raise Wrong(printable(f"The file has {named}. --truth names one of: {there_are}."))
    if column != chosen.truth:
        say(printable(f"The column {column!r} is read as what is right."))
    without = truth_column.without(found, column)
    unread: list[Converted] = []
    rows, numbers = rows_of(chosen.file, without, signature, (), read_file, unread.append)
    right = truth_column.truths(found, column, numbers)
    tested = [
        TestRow(place=place, values=values, truth=truth)
        for place, values, truth in zip(rows.places, rows.values, right, strict=True)
    ]
    count, why = left_out(unread[0], without)
    why = [
        (f"{place[:1].upper()}{place[1:]}", words) for place, words in why
    ]  # as the rows have it
    sorted_rows = sort_rows(tested, signatures, unread=count, unread_why=why)
    for place, words in sorted_rows.why[:_MOST_SAID]:
        say(printable(f"{place} is left out: {words}"))
    if (more := sorted_rows.left_out - _MOST_SAID) > 0:
        say(f"… and {more:,} more.")
    return sorted_rows


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _row(each: RunView) -> list[str]:
    model = f"{each.server}/{each.model}"
    return [each.id, model, each.version, each.file_name, test_runs.verdict(each)]
