"""What `mds golden` does with the database and the model."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from cli import version_runs
from cli.token_rows import who
from db.golden import ResultView, RunView
from db.ids import new_id
from feedback import golden
from feedback.golden import SetWithRuns
from feedback.golden_junit import junit
from feedback.golden_runs import Found, perform
from mds_client.discovery import Entry
from services import Services


@dataclass(frozen=True, kw_only=True)
class _Telling:
    """Of the set with this name."""

    name: str

    def lines(self, run: RunView) -> Iterator[str]:
        yield f"{run.server}/{run.model} version {run.version}: {golden.in_words(run)}."
        yield f"{golden.verdict(run)}."

    def wrong(self, result: ResultView) -> str:
        return f"case {result.case_id}: {result.outcome} {result.detail}"

    def junit(self, found: Found) -> bytes:
        return junit(found.run, found.results, self.name)

    def is_good(self, run: RunView) -> bool:
        return run.is_passed


def run(chosen: argparse.Namespace) -> int:
    """Raises Wrong, NotFound and MdsError."""
    if chosen.action != "run":
        head = ("MODEL", "SET", "VERSION", "CASES", "NEWEST RUN")
        return version_runs.listed(chosen, golden.all_sets, head, _row)

    def ask(built: Services, entries: list[Entry]) -> Found:
        (entry,) = entries
        return perform(
            built.sessions,
            model=entry.ref,
            name=chosen.name,
            ask=built.golden_asker(entry.ref),
            run_id=new_id(),
            person=who(),
        )

    return version_runs.run(chosen, [chosen.model], ask, _Telling(name=chosen.name))


def _row(each: SetWithRuns) -> list[str]:
    found, newest = each.golden_set, next(iter(each.runs), None)
    ran = f"{newest.version}: {golden.verdict(newest)}" if newest else "none"
    return [f"{found.server}/{found.model}", found.name, str(found.version), f"{each.cases:,}", ran]
