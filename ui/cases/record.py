"""The page of one case. It needs neither the model nor its server: everything on it is recorded."""

from __future__ import annotations

import json

import streamlit as st

from cases import seen
from cases.history import Step, history
from cases.queries import CaseView, case, explanations
from cases.recording import answer_of
from cases.scenarios import scenarios
from explanations.contract import Explanation
from feedback.regions import in_words
from health.titles import model_words
from mds_client.prediction import Answer
from ui import (
    demo_mark,
    errors,
    feedback,
    frame,
    long_words,
    prediction_set,
    results,
    session,
    technical,
    unlike,
)
from ui.cases import actions, comments, compared, entered, filters, golden, share
from ui.cases.opened import Opened, opened
from ui.explanations import kinds
from ui.explanations.answered_case import AnsweredCase
from ui.model_titles import of_model
from ui.session import services
from ui.shell import page_path
from ui.text import plain
from ui.usual_answers import with_usual
from ui.what_if import comparison


def draw(case_id: str) -> None:
    """Everything that is known of a case."""
    st.page_link(
        page_path("cases"),
        label="Cases",
        icon=":material/arrow_back:",
        query_params=filters.address_of(st.query_params.get(filters.BACK, "")),
    )
    opens = share.open_case(case_id)
    if opens is None:
        return
    if opens != case_id:
        st.query_params["id"] = opens
    view = case(services().sessions, opens)
    if view is None:
        st.title("No such case", anchor=False)
        st.warning("There is no case under this link, or it is not shared with you.")
        return
    _note_view(view)
    shown = opened(view)
    frame.name_tab(of_model(view.server, view.model))
    st.title(f"Case {view.id[-6:]}", anchor=False)
    st.caption(plain(_origin(view)))
    demo_mark.draw_badge(view)
    if shown.gone:
        st.info(shown.gone)
    actions.draw(shown)
    golden.draw(view)
    compared.draw(shown)
    left, right = st.columns([7, 5], gap="large")
    with left:
        _draw_answer(shown)
        entered.draw(shown)
        _draw_explanations(shown)
        _draw_scenarios(shown)
    with right:
        _draw_history(view, history(services().sessions, view, in_words))
        comments.draw_box(view)
        _draw_seen(view)
    technical.draw(view)


def _note_view(found: CaseView) -> None:
    """Once in each session. That the trail cannot be written hides no case."""
    key = f"seen_{found.id}"
    if key not in st.session_state:
        st.session_state[key] = seen.note_view(services().sessions, found, session.person())


def _origin(found: CaseView) -> str:
    version = f", version {found.version}" if found.version else ""
    moment = f"{found.created_at:%-d %B %Y, %H:%M:%S} UTC"
    title = services().model_title(found.server, found.model)
    model = model_words(title, found.server, found.model)
    parts = (f"{model}{version}", moment, found.person)
    return " · ".join(part for part in parts if part != "anonymous")


def _draw_answer(shown: Opened) -> None:
    found, answer = shown.case, answer_of(shown.case)
    if answer is None:
        errors.show_failure(
            found.outcome, found.error_sentence, found.error_advice, found.request_id
        )
        return
    with st.container(border=True, key="case_answer"):
        if found.question:
            st.caption(plain(found.question))
        unlike.draw(found)
        results.draw(answer, shown.values, with_usual(shown.signature, answer))
        prediction_set.draw(found, answer, shown.signature)
    if not shown.gone:
        _draw_feedback(shown, answer)


def _draw_feedback(shown: Opened, answer: Answer) -> None:
    with st.container(key="case_feedback"):
        feedback.draw(shown.case, answer, shown.signature)


def _draw_explanations(shown: Opened) -> None:
    """The newest of each method. New ones are asked for in Predict, beside the form."""
    stored = explanations(services().sessions, shown.case.id)
    newest = {each.method: each.result for each in reversed(stored) if each.result}
    if newest:
        st.subheader("Why this answer?", anchor=False)
    for result in newest.values():
        kinds.draw(Explanation.from_json(json.dumps(result)), shown.values)


def _draw_scenarios(shown: Opened) -> None:
    """What was tried otherwise, beside this case."""
    found, answer = scenarios(services().sessions, shown.case.id), answer_of(shown.case)
    if not found or answer is None:
        return
    asked = AnsweredCase(
        case=shown.case, answer=answer, values=shown.values, signature=shown.signature
    )
    count = f"{len(found)} scenario{'' if len(found) == 1 else 's'}"
    with st.expander(count, icon=":material/tune:"):
        st.dataframe(
            comparison.table(asked, found),
            hide_index=True,
            column_config={"Case": st.column_config.LinkColumn("Case", display_text="Open")},
            placeholder="",
            alt="The case and its scenarios, with what differs and the answers",
        )


def _draw_history(found: CaseView, steps: list[Step]) -> None:
    """The newest first; what was said can be answered in its place."""
    comments.note_seen(found, steps)
    st.subheader("What happened", anchor=False)
    with st.container(border=True):
        for step in steps:
            is_of_somebody = step.person not in ("", "anonymous")
            who = f" by {plain(step.person)}" if is_of_somebody else ""
            st.markdown(f"**{plain(step.what)}**{who}")
            moment = f"{step.at:%-d %b %Y, %H:%M:%S} UTC"
            more = long_words.beginning(step.more)
            st.caption(plain(f"{more} · {moment}" if more else moment))
            long_words.draw_whole(step.more, "All of it")
            if step.case_id:
                st.page_link(page_path("case"), label="Open it", query_params={"id": step.case_id})
            comments.draw_answer(found, step)


def _draw_seen(found: CaseView) -> None:
    """Who else looked at it, for those whose case it is."""
    scope = services().scope
    is_mine = session.viewer().is_named and found.person == scope.person
    if not (is_mine or scope.reviews(found.server, found.model)):
        return
    people = seen.seen_by(services().sessions, found)
    if not people:
        return
    count = f"{len(people)} other {'person' if len(people) == 1 else 'people'}"
    with st.expander(f"Seen by {count}", icon=":material/group:"):
        for person, at in people.items():
            st.markdown(f"{plain(person)}, {at:%-d %b %Y, %H:%M} UTC")
