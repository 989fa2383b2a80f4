"""Asks a version of a model about the golden cases of a set; begun by itself when a version is new, or by a reviewer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from db.engine import Sessions
from db.golden import SetView
from feedback.golden import in_words, verdict
from feedback.golden_runs import Ask, perform, unrun
from jobs import store
from jobs.contract import UNATTENDED, Kind, Outcome, Progress, Run
from jobs.errors import JobUnderWay
from jobs.store import JobView
from mds_client.signature import ModelRef

NAME = "golden-run"


@dataclass(frozen=True, kw_only=True)
class GoldenRequest:
    """Which version is run on which set."""

    model: ModelRef
    name: str


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...

    def golden_asker(self, ref: ModelRef) -> Ask:
        """What asks a version of a model about golden cases. Raises MdsError where there is no such version."""


def kind(tools: Tools) -> Kind:
    """Runs a version on a set, and keeps what it fixed and broke."""

    def run(run: Run, given: object) -> Outcome:
        if not isinstance(given, GoldenRequest):
            raise TypeError(type(given).__name__)

        def between(done: int, of: int) -> None:
            run.report(Progress(fraction=done / of, words=f"{done:,} of {of:,} golden cases asked"))
            run.check()

        found = perform(
            tools.sessions,
            model=given.model,
            name=given.name,
            ask=tools.golden_asker(given.model),
            run_id=run.job.id,
            person=run.job.person,
            between=between,
        )
        sentence = f"{in_words(found.run).capitalize()}. {verdict(found.run)}."
        return Outcome(sentence=sentence, save=found.save)

    return Kind(
        name=NAME,
        title="Run golden cases",
        run=run,
        takes=(GoldenRequest, ModelRef),
        queue=UNATTENDED,
        permission="publish",
    )


def start(
    sessions: Sessions,
    kind: Kind,
    golden_set: SetView,
    model: ModelRef,
    *,
    person: str,
    press: str = "",
) -> JobView:
    """Have a worker run a version on a set; once where it begins by itself, else once a press. Of a set and a version one
    run is under way. Raises NotPermitted, JobUnderWay and JobFailed."""
    what = f"{golden_set.id}/{model.version}"
    job = store.make(
        kind,
        title=f"Golden cases “{golden_set.name}”: {model}",
        person=person,
        subject=f"model/{model.server}/{model.name}",
        one_at_a_time=f"golden/{what}",
        key=f"golden/{press or what}",
    )
    given = GoldenRequest(model=model, name=golden_set.name)
    return store.submit(sessions, kind, job, given)


def start_new(
    sessions: Sessions, kinds: Mapping[str, Kind], deployed: Iterable[ModelRef], *, person: str
) -> int:
    """Begin what the deployed versions have not been run on yet, each once; how many. Raises JobFailed and StorageError."""
    wanted = unrun(sessions, deployed)
    for each in wanted:
        with suppress(JobUnderWay):  # somebody began it
            start(sessions, kinds[NAME], each.golden_set, each.model, person=person)
    return len(wanted)
