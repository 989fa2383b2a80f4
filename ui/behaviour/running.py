"""A study on its way: how far it is, what it would say by now, and a way to stop it with that."""

from __future__ import annotations

import streamlit as st

from explanations.behaviour.cohorts import Cohort
from explanations.contract import Explanation
from explanations.explaining import ExplanationRequest
from explanations.jobs import study
from jobs import store
from jobs.store import JobView
from mds_client.signature import ModelRef
from ui import announced, errors, jobs, session
from ui.explanations import kinds
from ui.pressed import Presses, presses_of
from ui.session import services

PLACE = "behaviour_found"


def presses(ref: ModelRef) -> Presses:
    """The press of *Start* that no study was begun for yet: the press of this model, as a press waits for the model's answer."""
    pressed = presses_of("study")
    if str(ref) not in pressed:
        pressed.clear()
    return pressed


def start(ref: ModelRef, request: ExplanationRequest, cohort: Cohort) -> None:
    """Begin, which heeds the press. Raises JobUnderWay."""
    available, person = services(), session.person()
    seen, pressed = _seen(), presses(ref)
    job = study.start(available.here, available.kinds[study.NAME], request, cohort, person=person)
    seen[str(ref)] = job.id
    pressed.clear()


def is_busy(ref: ModelRef) -> bool:
    """Whether this person has a study of this model under way, in whatever browser it was begun."""
    job = _newest(ref)
    return bool(job and job.is_under_way)


def announce(ref: ModelRef) -> None:
    """Move the focus to the study on its way, then to what came of it, and say which it is."""
    job, token, words = _newest(ref), "", ""
    if job and job.is_under_way:
        token, words = f"{job.id} begun", "The study is on its way."
    elif job:
        token, words = f"{job.id} ended", "The study has ended."
    announced.announce(f"study_{ref}", token, PLACE, words)


def draw(ref: ModelRef) -> bool:
    """The study that runs, or why the last one failed; whether there was anything to draw."""
    job = _newest(ref)
    if job and job.is_under_way:
        _seen()[str(ref)] = job.id
        jobs.watch(
            job.id,
            draw_rough=_draw_rough,
            stop_help="What is known by then is kept.",
            key="behaviour_stop",
        )
        return True
    if job is None or _seen().get(str(ref)) != job.id:
        return False
    return _draw_end(ref, job)


def _draw_end(ref: ModelRef, job: JobView) -> bool:
    """Open what was found under its link, once; or say what went wrong. It is seen until the address names it: the run of the
    script may end at any word to the browser, and the next one begins with the address as the browser had it."""
    if job.state == "done":
        seen = _seen()
        st.query_params["study"] = job.result
        del seen[str(ref)]
        return False
    failure = jobs.failure(job)
    if failure:
        errors.show(failure)
    return bool(failure)


def _draw_rough(rough: object) -> None:
    if isinstance(rough, Explanation):
        kinds.draw(rough, {})


def _newest(ref: ModelRef) -> JobView | None:
    jobs_of_model = store.newest(
        services().sessions,
        kind=study.NAME,
        subject=study.subject_of(ref),
        person=session.person(),
        limit=1,
    )
    return jobs_of_model[0] if jobs_of_model else None


def _seen() -> dict[str, str]:
    """The last study of each model that this session saw on its way."""
    return session.remembered(session.STUDIES, dict)
