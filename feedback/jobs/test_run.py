"""Tests a version of a model, or two, on the rows of a file whose right answers are known."""

from __future__ import annotations

from typing import Protocol

from db.engine import Sessions
from feedback.test_runs import (
    Ask,
    Figures,
    Plan,
    TestRow,
    as_left_out,
    check,
    in_words,
    perform,
    verdict,
)
from jobs import store
from jobs.contract import UNATTENDED, Kind, Outcome, Progress, Run
from jobs.errors import ValuesNotStored
from jobs.store import JobView
from mds_client.sensitive_values import has_withheld
from mds_client.signature import File, ModelRef, Signature

NAME = "test-run"


class Tools(Protocol):
    """What it needs."""

    def test_asker(self, ref: ModelRef) -> Ask:
        """What asks a version of a model. Raises MdsError where there is no such version."""

    @property
    def test_figures(self) -> Figures: ...


def kind(tools: Tools) -> Kind:
    """Asks about each row, and keeps the figures."""

    def run(run: Run, given: object) -> Outcome:
        if not isinstance(given, Plan):
            raise TypeError(type(given).__name__)

        def between(done: int, of: int) -> None:
            run.report(Progress(fraction=done / of, words=f"{done:,} of {of:,} answers"))
            run.check()

        refs = [given.model, *([given.other] if given.other else [])]
        found = perform(
            given,
            asks=[tools.test_asker(ref) for ref in refs],
            figures=tools.test_figures,
            run_id=run.job.id,
            person=run.job.person,
            between=between,
        )
        left_out = as_left_out(found.run.left_out, found.run.left_out_why, most=1)
        sentence = f"{verdict(found.run)}. {in_words(found.run)}. {left_out}".rstrip()
        return Outcome(sentence=sentence, save=found.save)

    return Kind(
        name=NAME,
        title="Test a version",
        run=run,
        takes=(Plan, TestRow, ModelRef, File),
        queue=UNATTENDED,
        permission="publish",
    )


def start(
    sessions: Sessions,
    kind: Kind,
    given: Plan,
    signature: Signature,
    *,
    person: str,
    press: str,
) -> JobView:
    """Have a worker run a test, once a press. `signature` says what the model takes. Raises FeedbackRefused, NotPermitted,
    JobFailed, and ValuesNotStored for a model with values that may not be stored."""
    check(given)
    if has_withheld(signature):
        raise ValuesNotStored
    job = store.make(
        kind,
        title=f"Test {given.file_name}: {given.model}",
        person=person,
        subject=f"model/{given.model.server}/{given.model.name}",
        key=f"test/{press}",
    )
    return store.submit(sessions, kind, job, given)
