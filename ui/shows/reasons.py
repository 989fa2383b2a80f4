"""The reasons of a show's cases, found before it, so that nobody waits for them on the stage: how far that is, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from cases.queries import CaseView, explanations
from cases.recording import answer_of
from explanations.methods import suited
from jobs.store import JobView
from ui import jobs, session
from ui.cases.opened import opened
from ui.explanations import jobs as explaining
from ui.explanations.answered_case import AnsweredCase
from ui.pressed import Presses, presses_of
from ui.session import services
from ui.text import many

# The explanations that the stage draws, by kind.
ON_STAGE = ("attribution", "spans", "grid", "segments")
_MISSING = "no reasons yet"


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
    words = f"no reasons: {failure.sentence.rstrip('.')}" if failure else _MISSING
    if job:
        words = "its reasons are being found"
    return Reasons(asked=asked, method=method, job=job, words=words)


def draw(show_id: str, found: Sequence[Reasons]) -> None:
    """The way to the reasons that are missing, how far it is with those that are looked for, and how that ended."""
    begun = _begun(show_id)
    running = [each.job.id for each in found if each.job]
    begun |= set(running)
    if running:
        jobs.watch_all(running, "Finding the reasons", ended=len(begun) - len(running))
    elif begun:
        _draw_end(found, len(begun))
    missing = [each for each in found if each.can_be_found]
    if missing:
        _draw_button(show_id, missing)


def _begun(show_id: str) -> set[str]:
    """The jobs of the last press of the button, and those that were seen on their way since."""
    return session.remembered(f"{session.REASONS}_{show_id}", set[str])


def _draw_end(found: Sequence[Reasons], count: int) -> None:
    """What came of those that this session saw under way."""
    failed = sum(each.can_be_found and each.words != _MISSING for each in found)
    if failed:
        st.warning(
            f"The reasons for {many(failed, 'case')} were not found; beside each stands why."
        )
    if count > failed:
        st.success(f"The reasons for {many(count - failed, 'case')} were found.")


def _draw_button(show_id: str, missing: Sequence[Reasons]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        presses = presses_of(f"reasons_{show_id}")
        st.button(
            f"Find the reasons for {many(len(missing), 'case')}",
            icon=":material/lightbulb:",
            key="show_why",
            on_click=presses.note,
            args=("find",),
        )
        if "find" in presses:
            _begin(show_id, missing, presses)
        presses.clear()
        st.caption("Reasons are recorded before the show, so that nobody waits for them.")


def _begin(show_id: str, missing: Sequence[Reasons], presses: Presses) -> None:
    """Begin with all of them, and draw the page with how far they are; why none could begin is said. Where the run of the
    script ends in the midst, the next one begins with those that are still missing."""
    begun = _begun(show_id)
    begun.clear()
    begun.update(
        job for each in missing if each.asked and (job := explaining.start(each.asked, each.method))
    )
    presses.clear()
    if begun:
        st.rerun()


def _are_there(view: CaseView) -> bool:
    found = explanations(services().sessions, view.id)
    return any((each.result or {}).get("kind") in ON_STAGE for each in found)


def _first_sentence(words: str) -> str:
    first = words.partition(".")[0]
    return first[:1].lower() + first[1:]
