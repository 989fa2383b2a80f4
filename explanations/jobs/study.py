"""How a model behaves over many rows: a study takes minutes, and is kept under a link of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from explanations.behaviour import studies
from explanations.behaviour.cohorts import Cohort
from explanations.contract import Explanation
from explanations.durable import (
    TYPES,
    Explains,
    as_stored,
    to_be_asked,
    wait,
    without_secrets,
)
from explanations.explaining import ExplanationRequest
from explanations.methods import methods
from jobs import store
from jobs.contract import PEOPLE, Kind, Outcome, Progress, Run
from jobs.errors import JobCancelled
from jobs.here import Here
from jobs.store import JobView
from mds_client.server import Server
from mds_client.signature import ModelRef

NAME = "study"


@dataclass(frozen=True, kw_only=True)
class Study:
    """What is to be studied, and what is kept of the rows that it is about."""

    request: ExplanationRequest
    cohort: Mapping[str, object]
    caution: str = ""


class Tools(Protocol):
    """What it needs."""

    @property
    def explainers(self) -> Explains: ...

    def server(self, name: str) -> Server: ...


class _Watched:
    """A run that remembers the last rough result that was reported."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.rough: Explanation | None = None

    def report(self, progress: Progress) -> None:
        if isinstance(progress.rough, Explanation):
            self.rough = progress.rough
        self._run.report(progress)

    def __getattr__(self, name: str) -> object:
        return getattr(self._run, name)


def kind(tools: Tools) -> Kind:
    """Studies a model; what is known when somebody stops it is kept."""

    def run(run: Run, study: object) -> Outcome:
        if not isinstance(study, Study):
            raise TypeError(type(study).__name__)
        explanation = _studied(run, tools, study)
        return Outcome(
            sentence=explanation.sentence,
            save=lambda session: studies.add(
                session,
                study.request.signature.model,
                study.cohort,
                study.caution,
                explanation,
                person=run.job.person,
            ),
        )

    return Kind(
        name=NAME,
        title="Study a model",
        run=run,
        takes=(Study, *TYPES),
        queue=PEOPLE,
        permission="explain",
    )


def start(
    here: Here, kind: Kind, request: ExplanationRequest, cohort: Cohort, *, person: str
) -> JobView:
    """Begin to study in this process; of a model a person has one under way. Raises JobUnderWay."""
    model = request.signature.model
    job = store.make(
        kind,
        title=f"{methods()[request.method].TITLE}: {model}",
        person=person,
        subject=subject_of(model),
        one_at_a_time=f"study/{model.server}/{model.name}/{person}",
    )
    study = Study(request=without_secrets(request), cohort=cohort.to_keep(), caution=cohort.caution)
    less = as_stored(study.request)
    written = None if less is None else replace(study, request=less)
    return here.start(kind, job, study, written=written)


def subject_of(model: ModelRef) -> str:
    """Under which subject the studies of a model are found."""
    return f"model/{model.server}/{model.name}"


def _studied(run: Run, tools: Tools, study: Study) -> Explanation:
    """What the study found; the last rough result where somebody stopped it."""
    watched = _Watched(run)
    try:
        return wait(watched, tools.explainers, to_be_asked(study.request, tools.server))  # type: ignore[arg-type]
    except JobCancelled:
        if watched.rough is None:
            raise
        note = watched.rough.note.removesuffix("So far.")
        return replace(
            watched.rough,
            note=f"{note}Somebody stopped it here.",
            is_complete=False,
            is_rough=False,
        )
