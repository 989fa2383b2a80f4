"""Offers the methods that suit the model, runs them beside the page, and draws what they found."""

from __future__ import annotations

import json

import streamlit as st

from cases.history import explanations
from explanations.backgrounds import Background
from explanations.contract import Explanation, Method
from explanations.methods import suited, title_of
from mds_client.signature import Signature
from ui import explained, notices
from ui.services import services
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
    with st.container(horizontal=True):
        for method in offered:
            is_done = method.NAME in done and _is_of_now(done[method.NAME], background)
            if not is_done and jobs.running(asked, method.NAME) is None:
                title = title_of(method, asked.signature)
                _draw_button(asked, method.NAME, title, method.describe())
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


def _draw_button(asked: Asked, name: str, title: str, description: str) -> None:
    st.button(
        title,
        key=f"why_{asked.case.id}_{name}",
        help=plain(description),
        on_click=jobs.start,
        args=(asked, name),
    )
