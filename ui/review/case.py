"""The case in front of a reviewer: why it is here, what was entered, and what the model answered."""

from __future__ import annotations

import streamlit as st

from cases import seen
from cases.answers import answer_of
from cases.queries import CaseView, case
from feedback import review_queue
from feedback.questions import in_words as answers_in_words
from feedback.regions import in_words
from feedback.review_queue import ItemView
from feedback.review_rules import REASONS, rules_of
from feedback.taking_back import is_taken_back
from health.titles import model_words
from ui import demo_mark, results, session
from ui.cases import entered
from ui.cases.opened import Opened, opened
from ui.review import waiting
from ui.session import services
from ui.shell import page_path
from ui.text import plain


def draw(item: ItemView) -> Opened | None:
    """The case, large; None where it is gone meanwhile."""
    found = case(services().sessions, item.case_id)
    with st.container(border=True, key="review_case"):
        if found is None:
            st.warning("This case was deleted meanwhile.")
            return None
        _note_view(found)
        shown = opened(found)
        _draw_head(item, shown)
        answer = answer_of(found)
        entered.draw(shown, heading="")
        if answer is not None:
            st.markdown("**The model answered**")
            results.draw(answer, shown.values, shown.signature)
        _draw_readings(item)
    return shown


def _draw_head(item: ItemView, shown: Opened) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(REASONS[item.reason], icon=waiting.icon(item.reason), color="orange")
        if item.detail:
            st.caption(plain(item.detail))
        demo_mark.draw_badge(shown.case)
        st.page_link(
            page_path("case"),
            label=f"Case {item.case_id[-6:]}",
            icon=":material/open_in_new:",
            query_params={"id": item.case_id},
        )
    st.header(plain(shown.case.question or "Was the answer right?"), anchor=False)
    rules = rules_of(services().sessions, item.server, item.model)
    version = f", version {shown.case.version}" if shown.case.version else ""
    model = model_words(services().model_title(item.server, item.model), item.server, item.model)
    st.caption(plain(f"{model}{version}"))
    if rules.instructions:
        st.info(plain(rules.instructions), icon=":material/menu_book:")


def _draw_readings(item: ItemView) -> None:
    """What two readers said who differ: by whom is not told."""
    said = review_queue.two_readings(services().sessions, item.id)
    if not said:
        return
    st.markdown("**Two readers differ**")
    for place, each in enumerate(said, 1):
        if is_taken_back(each):
            st.markdown(f"Reader {place} took their judgement back")
            continue
        truth = (
            f", right would be {in_words(each.truth)}"
            if each.judgement == "incorrect" and each.truth is not None
            else ""
        )
        comment = f": “{each.comment}”" if each.comment else ""
        answers = f"; {answers_in_words(each.answers)}" if each.answers else ""
        st.markdown(plain(f"Reader {place} says {each.judgement}{truth}{comment}{answers}"))


def _note_view(found: CaseView) -> None:
    """That a reviewer looked at it stands in the trail, once a session."""
    key = f"seen_{found.id}"
    if key not in st.session_state:
        st.session_state[key] = seen.note_view(services().sessions, found, session.person())
