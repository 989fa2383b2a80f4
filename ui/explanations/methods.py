"""Offers the methods that suit the model, runs them beside the page, and draws what they found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import streamlit as st

from cases.queries import explanations
from explanations.background.store import Background
from explanations.contract import Explanation, Method
from explanations.cost_estimate import cost_estimate
from explanations.methods import is_second, suited, title_of
from mds_client.signature import Signature
from ui import announced, errors
from ui.explanations import jobs, kinds
from ui.explanations.answered_case import AnsweredCase
from ui.session import services
from ui.text import plain

ORDER = 20


def suits(answered: AnsweredCase) -> bool:
    """Whether there is a method for this model."""
    return bool(_offered(answered.signature))


def draw(answered: AnsweredCase) -> None:
    """A button for each method; under it what is running, then what has been found."""
    offered = _offered(answered.signature)
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
    _announce(answered, finished)
    for method in offered:
        if job := under_way.running(method.NAME):
            jobs.draw(answered, method.NAME, job)
        elif method.NAME in finished:
            with st.container(key=f"found_{method.NAME}"):
                kinds.draw(finished[method.NAME], answered.values)
        elif failure := under_way.failure(method.NAME):
            errors.show(failure)


def _announce(answered: AnsweredCase, finished: Mapping[str, Explanation]) -> None:
    """Move the focus to what was found last, and say its sentence."""
    last = next(iter([*finished][-1:]), "")
    words = finished[last].sentence if last else ""
    token = f"{answered.case.id} {' '.join(finished)}" if last else ""
    announced.announce("why", token, f"found_{last}", words)


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
        on_click=jobs.start,
        args=(answered, method.NAME),
    )
