"""The smallest change: what is wanted and allowed, the search beside the page, and what it found."""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from cases.queries import ExplanationView, explanations
from explanations.contract import Explanation, Method
from explanations.errors import ExplanationFailed
from explanations.methods import suited
from explanations.target import Target
from jobs.store import JobView
from mds_client.errors import MdsError
from ui import announced, errors
from ui.counterfactuals import constraints
from ui.explanations import jobs, kinds
from ui.explanations.answered_case import AnsweredCase
from ui.pressed import presses_of
from ui.session import services
from ui.text import plain

# Measured on the demonstration models: half of all searches take so many calls.
_USUAL_CALLS = 10
_PLACE = "smallest_found"


def suits(answered: AnsweredCase) -> bool:
    """Whether a method suits the model, and the answer has something to change."""
    return _target(answered) is not None and _method(answered) is not None


def draw(answered: AnsweredCase) -> None:
    """Closed until there is a result; nothing where no method suits or the answer has nothing to change."""
    target, method = _target(answered), _method(answered)
    if target is None or method is None:
        return
    job = jobs.CaseJobs(answered).running(method.NAME)  # read first: if it ends by now, it is found
    results = _results(answered, method)
    box = st.expander(
        method.TITLE,
        icon=":material/target:",
        key=f"smallest_{answered.case.id}_open",
        expanded=bool(results or job),
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        _draw_form(answered, target, method, is_busy=job is not None)
        under_way = jobs.CaseJobs(answered)
        results = _results(answered, method)  # the form may have begun what is ready by now
        _announce(answered.case.id, under_way.newest(method.NAME), results)
        job, failure = under_way.running(method.NAME), under_way.failure(method.NAME)
        if not (job or failure or results):
            return
        with st.container(key=_PLACE):
            if job:
                jobs.draw(answered, method.NAME, job)
            elif failure:
                errors.show(failure)
            else:
                _draw_results(answered, results)


def _announce(case_id: str, job: JobView | None, results: Sequence[ExplanationView]) -> None:
    """Move the focus to the search on its way, then to what came of it, and say which it is."""
    token, words = "", ""
    if job and job.is_under_way:
        token, words = f"{job.id} begun", "The search is on its way."
    elif job and job.state in ("failed", "cancelled"):
        token, words = f"{job.id} failed", "The search came to nothing."
    elif results:
        token, words = f"{results[0].id} found", "The search has ended."
    announced.announce(f"smallest_{case_id}", token, _PLACE, words)


def _results(answered: AnsweredCase, method: Method) -> list[ExplanationView]:
    return [
        view
        for view in explanations(services().sessions, answered.case.id)
        if view.method == method.NAME and view.result
    ]


def _target(answered: AnsweredCase) -> Target | None:
    try:
        return Target.of(answered.answer)
    except ExplanationFailed:
        return None


def _method(answered: AnsweredCase) -> Method | None:
    return next((each for each in suited(answered.signature) if each.KIND == "changes"), None)


def _draw_form(answered: AnsweredCase, target: Target, method: Method, *, is_busy: bool) -> None:
    presses = presses_of(f"smallest_{answered.case.id}")
    st.caption(plain(method.describe()))
    with st.form(f"smallest_form_{answered.case.id}", border=False):
        options = constraints.draw(answered, target)
        if unsearched := constraints.summary(answered.signature):
            st.caption(plain(unsearched))
        st.form_submit_button(
            "Find the smallest change",
            key=f"smallest_find_{answered.case.id}",
            icon=":material/search:",
            disabled=is_busy,
            on_click=presses.note,
            args=(method.NAME,),
        )
        st.caption(plain(_cost(answered, method)))
    if method.NAME in presses and not is_busy:
        try:
            jobs.start(answered, method.NAME, options, begun=presses.clear)
        except MdsError as error:
            errors.show(error)
    presses.clear()


def _cost(answered: AnsweredCase, method: Method) -> str:
    """What the search may take, by the time that this answer took."""
    rows = method.cost(answered.signature).rows or 0
    seconds = max(round((answered.case.seconds_wire or 0.0) * _USUAL_CALLS), 1)
    time = "about a second" if seconds == 1 else f"about {seconds} seconds"
    return f"It asks about at most {rows:,} changed copies: {time}."


def _draw_results(answered: AnsweredCase, results: list[ExplanationView]) -> None:
    """The newest result; of several, the one that is chosen."""
    searches = [Explanation.from_json(json.dumps(view.result)) for view in results]
    chosen = 0
    if len(searches) > 1:
        chosen = st.selectbox(
            "Result",
            range(len(searches)),
            format_func=lambda i: f"{len(searches) - i}. {'; '.join(searches[i].conditions)}",
            key=f"smallest_{answered.case.id}_result_{len(searches)}",
        )
    kinds.draw(searches[chosen], answered.values)
