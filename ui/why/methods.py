"""Offers the methods that suit the model, runs them beside the page, and draws what they found."""

from __future__ import annotations

import json
from dataclasses import replace

import streamlit as st

from cases.history import explanations, save_explanation
from explanations.backgrounds import Background
from explanations.contract import Budget, Explanation
from explanations.explaining import Order
from explanations.methods import methods, suited, title_of
from explanations.worker import Job
from mds_client.errors import MdsError
from mds_client.signature import Signature
from ui import explained, notices, session
from ui.services import services
from ui.text import plain
from ui.why.asked import Asked
from ui.why.compared import background_of

_POLL_SECONDS = 0.5
ORDER = 20


def suits(asked: Asked) -> bool:
    """Whether there is a method for this model."""
    return bool(suited(asked.signature))


def draw(asked: Asked) -> None:
    """A button for each method; under it what is running, then what has been found."""
    offered = suited(asked.signature)
    found = explanations(services().sessions, asked.case.id)
    done = {
        view.method: Explanation.from_json(json.dumps(view.result))
        for view in reversed(found)
        if view.result
    }
    background = _background(asked.signature)
    with st.container(horizontal=True):
        for method in offered:
            is_done = method.NAME in done and _is_of_now(done[method.NAME], background)
            if not is_done and _job(asked, method.NAME) is None:
                title = title_of(method, asked.signature)
                _draw_button(asked, method.NAME, title, method.describe())
    for method in offered:
        if job := _job(asked, method.NAME):
            _draw_running(asked, method.NAME, job)
        elif method.NAME in done:
            explained.draw(done[method.NAME], asked.values)
        elif failure := _failures().get((asked.case.id, method.NAME)):
            notices.show(failure)


def _background(signature: Signature) -> Background | None:
    return background_of(signature) if signature.is_tabular else None


def _is_of_now(explanation: Explanation, background: Background | None) -> bool:
    """Whether it was compared with what cases are compared with now; one that does not say so is left."""
    now = background.words if background else ""
    return explanation.compared_with in ("", now)


def _draw_button(asked: Asked, name: str, title: str, description: str) -> None:
    st.button(
        title,
        key=f"why_{asked.case.id}_{name}",
        help=plain(description),
        on_click=_start,
        args=(asked, name),
    )


def _jobs() -> dict[tuple[str, str], Job]:
    return session.remembered(session.JOBS, dict)


def _failures() -> dict[tuple[str, str], MdsError]:
    return session.remembered(session.FAILURES, dict)


def _job(asked: Asked, method: str) -> Job | None:
    return _jobs().get((asked.case.id, method))


def _start(asked: Asked, method: str) -> None:
    found = services()
    _failures().pop((asked.case.id, method), None)
    background = _background(asked.signature)
    order = Order(
        method=method,
        server=found.catalogue.client(asked.signature.model.server).server,
        signature=asked.signature,
        values=asked.values,
        answer=asked.answer,
        budget=_budget(method, asked.signature),
        background=background.rows if background else (),
        compared_with=background.words if background else "",
        case=asked.case.id,
    )
    _jobs()[asked.case.id, method] = found.explainers.start(order)


def _budget(method: str, signature: Signature) -> Budget:
    """What the method asks for, but never longer than the operator allows."""
    cost, most = methods()[method].cost(signature), services().settings.explanation_seconds
    return replace(cost, seconds=most if cost.seconds is None else min(cost.seconds, most))


@st.fragment(run_every=_POLL_SECONDS)
def _draw_running(asked: Asked, method: str, job: Job) -> None:
    """Progress and what is known by then, until the job ends; then the whole page draws what it found."""
    if not job.done():
        progress = job.progress()
        st.progress(min(max(progress.fraction, 0.0), 1.0), text=plain(progress.words))
        if st.button("Stop", key=f"stop_{asked.case.id}_{method}"):
            job.cancel()
        if progress.rough:
            explained.draw(progress.rough, asked.values)
        return
    _finish(asked, method, job)
    st.rerun()


def _finish(asked: Asked, method: str, job: Job) -> None:
    """Keep what was found; remember what went wrong, for the page to say."""
    _jobs().pop((asked.case.id, method), None)
    try:
        found = job.result()
    except MdsError as error:
        _failures()[asked.case.id, method] = error
        return
    save_explanation(
        services().sessions,
        case_id=asked.case.id,
        method=found.method,
        status="complete" if found.is_complete else "partial",
        rows=found.rows,
        calls=found.calls,
        seconds=found.seconds,
        seed=found.seed,
        result=json.loads(found.to_json()),
        sentence=found.sentence,
    )
