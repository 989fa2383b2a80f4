"""Offers the methods that suit the model, runs them beside the page, and draws what they found."""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from cases.history import explanations
from explanations.backgrounds import Background
from explanations.contract import Explanation, Method
from explanations.methods import is_second, suited, title_of
from explanations.price import price
from mds_client.signature import Signature
from services import services
from ui import explained, notices
from ui.text import plain
from ui.why import jobs
from ui.why.asked import Asked

ORDER = 20


def suits(asked: Asked) -> bool:
    """Whether there is a method for this model."""
    return bool(_offered(asked.signature))


def draw(asked: Asked) -> None:
    """A button for each method; under it what is running, then what has been found."""
    offered = _offered(asked.signature)
    found = explanations(services().sessions, asked.case.id)
    done = {
        view.method: Explanation.from_json(json.dumps(view.result))
        for view in reversed(found)
        if view.result
    }
    background = jobs.background(asked.signature)
    waiting = [
        method
        for method in offered
        if not (method.NAME in done and _is_of_now(done[method.NAME], background))
        and jobs.running(asked, method.NAME) is None
    ]
    _draw_buttons(asked, waiting)
    for method in offered:
        if job := jobs.running(asked, method.NAME):
            jobs.draw(asked, method.NAME, job)
        elif method.NAME in done:
            explained.draw(done[method.NAME], asked.values)
        elif failure := jobs.failure(asked, method.NAME):
            notices.show(failure)


def _offered(signature: Signature) -> list[Method]:
    """Changes are left out: ui/why/what_if.py asks first what is wanted."""
    return [method for method in suited(signature) if method.KIND != "changes"]


def _is_of_now(explanation: Explanation, background: Background | None) -> bool:
    """Whether it was compared with what cases are compared with now; one that does not say so is left."""
    now = background.words if background else ""
    return explanation.compared_with in ("", now)


def _draw_buttons(asked: Asked, waiting: Sequence[Method]) -> None:
    """One beside the other; those that say much the same as ours are put away."""
    others = [method for method in waiting if is_second(method)]
    with st.container(horizontal=True):
        for method in waiting:
            if method not in others:
                _draw_button(asked, method)
        if others:
            with st.popover("Other methods", key=f"why_{asked.case.id}_others"):
                for method in others:
                    _draw_button(asked, method)


def _draw_button(asked: Asked, method: Method) -> None:
    taken = asked.case.seconds_wire
    cost = price(jobs.budget(method.NAME, asked.signature), taken)
    st.button(
        title_of(method, asked.signature),
        key=f"why_{asked.case.id}_{method.NAME}",
        help=plain(f"{method.describe()} {cost}".strip()),
        on_click=jobs.start,
        args=(asked, method.NAME),
    )
