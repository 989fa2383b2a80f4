"""Why a model answered as it did in one case: somebody looks at the page, or will again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from db.engine import Session
from explanations.contract import Explanation
from explanations.durable import (
    TYPES,
    Explains,
    as_stored,
    to_be_asked,
    wait,
    without_secrets,
    without_values,
)
from explanations.explaining import ExplanationRequest
from explanations.methods import methods, title_of
from jobs import store
from jobs.contract import PEOPLE, Kind, Outcome, Run
from jobs.here import Here
from jobs.store import JobView
from mds_client.server import Server

NAME = "explanation"
Save = Callable[[Session, str, Explanation], str]


@dataclass(frozen=True, kw_only=True)
class CaseExplanation:
    """What is to be explained; the request names its case."""

    request: ExplanationRequest


class Tools(Protocol):
    """What it needs."""

    @property
    def explainers(self) -> Explains: ...

    def server(self, name: str) -> Server: ...

    def save_explanation(self, session: Session, case_id: str, explanation: Explanation) -> str: ...


def kind(tools: Tools) -> Kind:
    """Explains a case, and keeps what was found with it."""

    def run(run: Run, wanted: object) -> Outcome:
        if not isinstance(wanted, CaseExplanation):
            raise TypeError(type(wanted).__name__)
        result = wait(run, tools.explainers, to_be_asked(wanted.request, tools.server))
        explanation = without_values(result, wanted.request)
        case_id = wanted.request.case
        return Outcome(
            sentence=explanation.sentence,
            save=lambda session: tools.save_explanation(session, case_id, explanation),
        )

    return Kind(
        name=NAME,
        title="Explain an answer",
        run=run,
        takes=(CaseExplanation, *TYPES),
        queue=PEOPLE,
        permission="explain",
    )


def start(here: Here, kind: Kind, request: ExplanationRequest, *, person: str) -> JobView:
    """Begin to explain in this process; of a case and a method one is under way. Raises JobUnderWay."""
    title = title_of(methods()[request.method], request.signature)
    job = store.make(
        kind,
        title=f"{title}: {request.signature.model}",
        person=person,
        subject=subject_of(request.case),
        one_at_a_time=once_of(request.case, request.method),
    )
    whole = without_secrets(request)
    less = as_stored(whole)
    written = None if less is None else CaseExplanation(request=less)
    return here.start(kind, job, CaseExplanation(request=whole), written=written)


def subject_of(case_id: str) -> str:
    """Under which subject the explanations of a case are found."""
    return f"case/{case_id}"


def once_of(case_id: str, method: str) -> str:
    """What is under way once at a time."""
    return f"explanation/{case_id}/{method}"


def method_of(job: JobView) -> str:
    """The method of a job that explains a case."""
    return (job.one_at_a_time or "").rpartition("/")[2]
