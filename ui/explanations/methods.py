"""Offers the methods that suit the model, runs them beside the page, and draws what they found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cases.queries import ExplanationView, explanations
from explanations.background.store import Background
from explanations.contract import Explanation, Method
from explanations.cost_estimate import cost_estimate
from explanations.methods import is_second, suited, title_of
from mds_client.signature import Signature
from ui import announced, errors
from ui.explanations import jobs, kinds
from ui.explanations.answered_case import AnsweredCase
from ui.pressed import Presses, presses_of
from ui.session import services
from ui.text import plain

ORDER = 20


def suits(answered: AnsweredCase) -> bool:
    """Whether there is a method for this model."""
    return bool(_offered(answered.signature))


def draw(answered: AnsweredCase) -> None:
    """A button for each method; under it what is running, then what has been found."""
    offered = _offered(answered.signature)
    _heed(answered, offered)
    under_way = jobs.CaseJobs(answered)  # read first: one that ends by now has its result below
    views = explanations(services().sessions, answered.case.id)
    finished = {
        view.method: Explanation.from_json(json.dumps(view.result))
        for view in reversed(views)
        if view.result
    }
    background = jobs.background(answered.signature)
    waiting = [
        method
        for method in offered
        if not (method.NAME in finished and _is_current(finished[method.NAME], background))
        and under_way.running(method.NAME) is None
    ]
    _draw_buttons(answered, waiting)
    _announce(answered, offered, under_way, views)
    for method in offered:
        if job := under_way.running(method.NAME):
            with _place(method):
                jobs.draw(answered, method.NAME, job)
        elif method.NAME in finished:
            with _place(method):
                kinds.draw(finished[method.NAME], answered.values)
        elif failure := under_way.failure(method.NAME):
            with _place(method):
                errors.show(failure)


def _presses(answered: AnsweredCase) -> Presses:
    return presses_of(f"why_{answered.case.id}")


def _heed(answered: AnsweredCase, offered: Sequence[Method]) -> None:
    """Begin what was pressed, or say why not."""
    presses = _presses(answered)
    for method in offered:
        if method.NAME in presses:
            jobs.start(answered, method.NAME, begun=presses.clear)
    presses.clear()


def _place(method: Method) -> DeltaGenerator:
    """Where stands what became of it: how far it is, what it found, or why it came to nothing."""
    return st.container(key=f"found_{method.NAME}")


def _announce(
    answered: AnsweredCase,
    offered: Sequence[Method],
    under_way: jobs.CaseJobs,
    views: Sequence[ExplanationView],
) -> None:
    """Move the focus to what came last, begun, found or failed, and say it."""
    found = {view.method: view for view in reversed(views) if view.result}
    news: list[tuple[datetime, str, str, str]] = []
    for method in offered:
        name, job = method.NAME, under_way.newest(method.NAME)
        if job and job.is_under_way:
            words = f"{title_of(method, answered.signature)}: on its way."
            news.append((job.created_at, f"{job.id} begun", name, words))
        elif name in found:
            view = found[name]
            news.append((view.created_at, f"{view.id} found", name, view.sentence))
        elif job and under_way.failure(name):
            at = job.ended_at or job.created_at
            news.append((at, f"{job.id} failed", name, "The explanation came to nothing."))
    _, token, name, words = max(news, default=(None, "", "", ""))
    announced.announce(f"why_{answered.case.id}", token, f"found_{name}", words)


def _offered(signature: Signature) -> list[Method]:
    """Changes are left out: ui/explanations/what_if.py asks first what is wanted."""
    return [method for method in suited(signature) if method.KIND != "changes"]


def _is_current(explanation: Explanation, background: Background | None) -> bool:
    """Whether it was compared with what cases are compared with now; one that does not say so is left."""
    now = background.words if background else ""
    return explanation.compared_with in ("", now)


def _draw_buttons(answered: AnsweredCase, waiting: Sequence[Method]) -> None:
    """One beside the other; those that say much the same as ours are put away."""
    others = [method for method in waiting if is_second(method)]
    first = waiting[0] if waiting and waiting[0] is _offered(answered.signature)[0] else None
    with st.container(horizontal=True, vertical_alignment="center"):
        for method in waiting:
            if method not in others:
                _draw_button(answered, method, is_first=method is first)
        if others:
            with st.popover("Other methods", key=f"why_{answered.case.id}_others"):
                for method in others:
                    _draw_button(answered, method)


def _draw_button(answered: AnsweredCase, method: Method, *, is_first: bool = False) -> None:
    """The first way is the main next step; the others wait beside it, quieter."""
    seconds = answered.case.seconds_wire
    cost = cost_estimate(jobs.budget(method.NAME, answered.signature), seconds)
    st.button(
        title_of(method, answered.signature),
        key=f"why_{answered.case.id}_{method.NAME}",
        type="primary" if is_first else "tertiary",
        icon=":material/lightbulb:" if is_first else None,
        help=plain(f"{method.describe()} {cost}".strip()),
        on_click=_presses(answered).note,
        args=(method.NAME,),
    )
