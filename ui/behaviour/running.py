"""A study on its way: how far it is, what it would say by now, and a way to stop it with that."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import streamlit as st

from explanations.behaviour import studies
from explanations.behaviour.cohorts import Cohort
from explanations.contract import Explanation
from explanations.errors import ExplanationCancelled
from explanations.explaining import ExplanationRequest
from explanations.worker import Job
from mds_client.errors import MdsError
from mds_client.signature import ModelRef
from services import services
from ui import errors, session
from ui.explanations import kinds
from ui.text import plain

log = logging.getLogger(__name__)
_POLL_SECONDS = 0.5


@dataclass(kw_only=True)
class Running:
    """A job, the rows that it is about, and the last it said before it ended."""

    job: Job
    cohort: Cohort
    rough: Explanation | None = None


def start(ref: ModelRef, request: ExplanationRequest, cohort: Cohort) -> None:
    """Begin. Raises ExplanationTooDear when too many are waiting."""
    _failures().pop(str(ref), None)
    _studies()[str(ref)] = Running(job=services().explainers.start(request), cohort=cohort)


def is_busy(ref: ModelRef) -> bool:
    """Whether a study of this model runs in this session."""
    return str(ref) in _studies()


def draw(ref: ModelRef) -> bool:
    """The study that runs, or why the last one failed; whether there was anything to draw."""
    found = _studies().get(str(ref))
    if found:
        _draw_running(ref, found)
        return True
    failure = _failures().get(str(ref))
    if failure:
        errors.show(failure)
    return bool(failure)


@st.fragment(run_every=_POLL_SECONDS)
def _draw_running(ref: ModelRef, found: Running) -> None:
    progress = found.job.progress()
    found.rough = progress.rough or found.rough
    if found.job.done():
        _finish(ref, found)
        st.rerun()
    st.progress(min(max(progress.fraction, 0.0), 1.0), text=plain(progress.words))
    if st.button(
        "Stop", icon=":material/stop:", key="behaviour_stop", help="What is known by then is kept."
    ):
        found.job.cancel()
    if found.rough:
        kinds.draw(found.rough, {})


def _finish(ref: ModelRef, found: Running) -> None:
    """Keep what was found, and open it under its link; remember what went wrong."""
    _studies().pop(str(ref), None)
    model = found.job.request.signature.model
    try:
        result = _result(found)
        view = studies.keep(
            services().sessions, model, found.cohort, result, person=session.person()
        )
    except MdsError as error:
        log.warning("no study of %s: %s %s", ref, error.sentence, error.detail)
        _failures()[str(ref)] = error
        return
    st.query_params["study"] = view.id


def _result(found: Running) -> Explanation:
    """What it found; what it said last when somebody stopped it."""
    try:
        return found.job.result(0)
    except ExplanationCancelled:
        if found.rough is None:
            raise
        note = found.rough.note.removesuffix("So far.")
        return replace(found.rough, note=f"{note}Somebody stopped it here.", is_complete=False)


def _studies() -> dict[str, Running]:
    return session.remembered(session.STUDIES, dict)


def _failures() -> dict[str, MdsError]:
    return session.remembered(session.STUDY_FAILURES, dict)
