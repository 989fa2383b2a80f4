"""The reasons of a case for the stage: whether they are there, how to find them, and why there are none."""

from __future__ import annotations

from dataclasses import dataclass

from cases.queries import CaseView, explanations
from cases.recording import answer_of
from explanations.methods import suited
from jobs.store import JobView
from ui.cases.opened import opened
from ui.explanations import jobs as explaining
from ui.explanations.answered_case import AnsweredCase
from ui.session import services

# The explanations that the stage draws, by kind; the first ones rather than the others.
ON_STAGE = ("attribution", "spans", "grid", "segments")
MISSING = "no reasons yet"


@dataclass(frozen=True, kw_only=True)
class Reasons:
    """How it stands with the reasons of one case. `asked` and `method` are how to find them, None where there is no way; `job`
    is looking for them; `words` say what is missing, empty where nothing is."""

    asked: AnsweredCase | None = None
    method: str = ""
    job: JobView | None = None
    words: str = ""

    @property
    def can_be_found(self) -> bool:
        return self.asked is not None and self.job is None


def reasons_of(view: CaseView | None) -> Reasons:
    """What is known of the reasons of a case of a show, which may be gone."""
    if view is None or not view.is_answered or _are_there(view):
        return Reasons()
    shown, answer = opened(view), answer_of(view)
    methods = [m for m in suited(shown.signature) if m.KIND in ON_STAGE]
    if shown.current is None:
        return Reasons(words=f"no reasons: {_first_sentence(shown.gone)}")
    if answer is None or not methods:
        return Reasons(words="no reasons: there is no way to find them for this model")
    method = methods[0].NAME
    asked = AnsweredCase(case=view, answer=answer, values=shown.values, signature=shown.signature)
    known = explaining.CaseJobs(asked)
    job, failure = known.running(method), known.failure(method)
    words = f"no reasons: {failure.sentence.rstrip('.')}" if failure else MISSING
    if job:
        words = "its reasons are being found"
    return Reasons(asked=asked, method=method, job=job, words=words)


def _are_there(view: CaseView) -> bool:
    found = explanations(services().sessions, view.id)
    return any((each.result or {}).get("kind") in ON_STAGE for each in found)


def _first_sentence(words: str) -> str:
    first = words.partition(".")[0]
    return first[:1].lower() + first[1:]
