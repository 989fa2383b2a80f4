"""Why, on the stage: the reasons that were recorded are shown or hidden; where there are none, the key finds them, or it is said
why there are none."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cases.queries import CaseView
from cases.recording import answer_of
from explanations.contract import Explanation
from jobs.store import JobView
from ui import announced, jobs
from ui.explanations import jobs as explaining
from ui.pressed import Presses, presses_of
from ui.stage import slides
from ui.stage.asking import Live
from ui.stage.reasons import MISSING, Reasons, reasons_of
from ui.stage.slides import WHY, Slide
from ui.text import plain

_FIND = "find"
_LOOKING = "The reasons are being found."
_HIDDEN = "The reasons are hidden."
_OF_ANOTHER = "No reasons: the server answers something else now than what was recorded."


@dataclass(frozen=True, kw_only=True)
class Why:
    """What the key does for a case: `job` is looking for its reasons; `words` say why there are none, empty where they are there,
    can be found, or nobody asked for them."""

    presses: Presses
    is_there: bool
    job: JobView | None = None
    words: str = ""

    @property
    def help(self) -> str:
        return "Show or hide the reasons" if self.is_there or self.job else "Find the reasons"

    def press(self) -> None:
        """For `on_click` of the key."""
        if self.is_there or self.job:
            st.session_state[WHY] = not st.session_state.get(WHY, True)
            return
        self.presses.note(_FIND)
        st.session_state[WHY] = True  # they may be hidden since another case


def heed(view: CaseView, known: Live | None) -> None:
    """Begin with what was pressed. A press that nothing can be done for stays, so that it is said why."""
    presses, reasons = _presses(view), reasons_of(view)
    if _FIND in presses and reasons.can_be_found and reasons.asked and not _hindrance(view, known):
        explaining.start(reasons.asked, reasons.method, begun=presses.clear)
        presses.clear()


def of(view: CaseView, slide: Slide, known: Live | None) -> Why:
    """How it stands with the reasons of what is on the stage."""
    presses = _presses(view)
    if slide.has_reasons:
        return Why(presses=presses, is_there=True)
    reasons = reasons_of(view)
    words = _hindrance(view, known) or _sentence(reasons) if _FIND in presses else ""
    if reasons.words.startswith("no reasons: ") and reasons.can_be_found:  # it was tried
        words = words or _sentence(reasons)
    return Why(presses=presses, is_there=False, job=reasons.job, words=words)


def draw(found: Why, slide: Slide) -> None:
    """How far the search is with what it would say by now, or why there are no reasons; and say what came."""
    case = slide.shown.case

    def draw_rough(rough: object) -> None:
        if isinstance(rough, Explanation) and st.session_state.get(WHY, True):
            slides.draw_why(rough, slide.shown)

    if found.job:
        with st.container(key="stage_finding"):
            jobs.watch(found.job.id, draw_rough=draw_rough, key=f"stage_stop_{case.id}")
    elif found.words:
        with st.container(key="stage_finding"):
            st.markdown(plain(found.words))
    token, words = _news(found, slide)
    announced.announce(f"stage_why_{case.id}", token, None, words)


def _news(found: Why, slide: Slide) -> tuple[str, str]:
    """What is known of the reasons now, and how it is said; both empty where nothing is."""
    if found.job:
        return found.job.id, _LOOKING
    if found.words:
        return found.words, found.words
    if not slide.explanation:
        return "", ""
    if not st.session_state.get(WHY, True):
        return _HIDDEN, _HIDDEN
    return "found", slide.explanation.sentence


def _presses(view: CaseView) -> Presses:
    return presses_of(f"stage_why_{view.id}")


def _hindrance(view: CaseView, known: Live | None) -> str:
    """Why no reasons can be found now for what is on the stage, which may be the server's answer."""
    if known is None:
        return ""
    if known.answer is None:
        return f"No reasons: {known.problem[:1].lower()}{known.problem[1:]}."
    recorded = answer_of(view)
    is_other = recorded is not None and recorded.headline != known.answer.headline
    return _OF_ANOTHER if is_other else ""


def _sentence(reasons: Reasons) -> str:
    """As a sentence of its own; none where nothing hinders."""
    words = reasons.words
    return f"{words[:1].upper()}{words[1:]}." if words and words != MISSING else ""
