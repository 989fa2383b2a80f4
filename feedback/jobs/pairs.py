"""Asks a version of a model again about the newest cases that another version answered: pairs to be put side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import db.cases
import db.comparisons
from db.engine import Sessions, reading
from feedback.golden_runs import Ask
from jobs import store
from jobs.contract import UNATTENDED, Kind, Outcome, Progress, Run
from jobs.store import JobView
from mds_client.errors import MdsError
from mds_client.signature import ModelRef

NAME = "side-by-side-pairs"
MOST = 500


@dataclass(frozen=True, kw_only=True)
class PairsRequest:
    """Which version is asked, and about how many cases."""

    model: ModelRef
    count: int


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...

    def golden_asker(self, ref: ModelRef, purpose: str = "golden") -> Ask:
        """What asks a version of a model about a case again. Raises MdsError where there is no such version."""


def kind(tools: Tools) -> Kind:
    """Asks about one case after the other; what a case cannot be asked for is counted, and the others go on."""

    def run(run: Run, given: object) -> Outcome:
        if not isinstance(given, PairsRequest):
            raise TypeError(type(given).__name__)
        model = given.model
        with reading(tools.sessions) as session:
            count = min(given.count, MOST)
            ids = db.comparisons.not_asked(session, model.server, model.name, model.version, count)
            cases = db.cases.by_ids(session, ids)
        ask, made = tools.golden_asker(model, "replay"), 0
        for done, case_id in enumerate(ids, 1):
            made += _is_answered(ask, model, cases.get(case_id), run)
            run.report(Progress(fraction=done / len(ids), words=f"{done:,} of {len(ids):,} asked"))
            run.check()
        without = f"; {len(ids) - made:,} could not be asked or got no answer" * (made < len(ids))
        return Outcome(sentence=f"{made:,} pair{'' if made == 1 else 's'} made{without}.")

    return Kind(
        name=NAME,
        title="Make pairs of two versions",
        run=run,
        takes=(PairsRequest, ModelRef),
        queue=UNATTENDED,
        permission="publish",
    )


def start(
    sessions: Sessions, kind: Kind, given: PairsRequest, *, person: str, press: str
) -> JobView:
    """Have a worker make the pairs, once a press. Raises NotPermitted, JobUnderWay and JobFailed."""
    model = given.model
    job = store.make(
        kind,
        title=f"Pairs to compare: {model}",
        person=person,
        subject=f"model/{model.server}/{model.name}",
        one_at_a_time=f"pairs/{model}",
        key=f"pairs/{press}",
    )
    return store.submit(sessions, kind, job, given)


def _is_answered(ask: Ask, model: ModelRef, case: db.cases.CaseView | None, run: Run) -> bool:
    """A case that a job which was cut off has asked already is not asked again."""
    if case is None:
        return False
    try:
        key = f"pairs/{run.job.id}/{case.id}"
        return ask(model, case, key=key, person=run.job.person).is_answered
    except MdsError:
        return False
