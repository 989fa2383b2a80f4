"""Explanations on their way: started beside the page, watched, stopped, and kept with their case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from cases.queries import save_explanation
from explanations.background.store import Background
from explanations.contract import Budget
from explanations.explaining import ExplanationRequest
from explanations.methods import methods
from explanations.worker import Job
from mds_client.errors import MdsError
from mds_client.signature import Signature
from services import services
from ui import session
from ui.explanations import kinds
from ui.explanations.answered_case import AnsweredCase
from ui.explanations.background import background_of
from ui.text import plain

_POLL_SECONDS = 0.5


def running(asked: AnsweredCase, method: str) -> Job | None:
    """The explanation of the case that is on its way."""
    return _jobs().get((asked.case.id, method))


def failure(asked: AnsweredCase, method: str) -> MdsError | None:
    """What went wrong the last time."""
    return _failures().get((asked.case.id, method))


def background(signature: Signature) -> Background | None:
    """What cases of a table are compared with now."""
    return background_of(signature) if signature.is_tabular else None


def start(asked: AnsweredCase, method: str, options: Mapping[str, object] | None = None) -> None:
    """Begin to explain the case in this way; `options` are in the method's own words."""
    found = services()
    _failures().pop((asked.case.id, method), None)
    compared = background(asked.signature)
    request = ExplanationRequest(
        method=method,
        server=found.catalogue.client(asked.signature.model.server).server,
        signature=asked.signature,
        values=asked.values,
        answer=asked.answer,
        budget=budget(method, asked.signature),
        background=compared.rows if compared else (),
        compared_with=compared.words if compared else "",
        options=options or {},
        case=asked.case.id,
    )
    _jobs()[asked.case.id, method] = found.explainers.start(request)


def _jobs() -> dict[tuple[str, str], Job]:
    return session.remembered(session.JOBS, dict)


def _failures() -> dict[tuple[str, str], MdsError]:
    return session.remembered(session.FAILURES, dict)


def budget(method: str, signature: Signature) -> Budget:
    """What the method asks for, but never longer than the operator allows."""
    cost, most = methods()[method].cost(signature), services().settings.explanation_seconds
    return replace(cost, seconds=most if cost.seconds is None else min(cost.seconds, most))


@st.fragment(run_every=_POLL_SECONDS)
def draw(asked: AnsweredCase, method: str, job: Job) -> None:
    """Progress and what is known by then, until the job ends; then the whole page draws what it found."""
    if not job.done():
        progress = job.progress()
        st.progress(min(max(progress.fraction, 0.0), 1.0), text=plain(progress.words))
        if st.button("Stop", key=f"stop_{asked.case.id}_{method}"):
            job.cancel()
        if progress.rough:
            kinds.draw(progress.rough, asked.values)
        return
    _finish(asked, method, job)
    st.rerun()


def _finish(asked: AnsweredCase, method: str, job: Job) -> None:
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
