"""Ways into a show: a case from its page, and the first cases of a list."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import streamlit as st

from cases.queries import CaseView
from cases.search import CaseLine
from mds_client.errors import MdsError
from shows import store
from ui import session
from ui.pressed import Presses, presses_of
from ui.session import services
from ui.shell import page_path
from ui.text import plain

_NEW = ""
_MAKE = "make"
_FIRST = 10
_TITLE = "New show"


def draw_present(case: CaseView, key: str, way_back: Mapping[str, str] | None = None) -> None:
    """The case on the stage, alone; one key opens it. The stage's address keeps the `way_back` (ui/stage/controls.py)."""
    if not case.is_answered:
        return
    presses = presses_of(key)
    st.button(
        "Present",
        key=key,
        icon=":material/slideshow:",
        shortcut="P",
        help="Large, for a projector. In a show, next and previous go from case to case.",
        on_click=presses.note,
        args=(case.id,),
    )
    is_pressed = case.id in presses
    presses.clear()
    if is_pressed:
        st.switch_page(page_path("present"), query_params={"case": case.id, **(way_back or {})})


def draw_add(case: CaseView) -> None:
    """Put a case at the end of a show, or begin one with it."""
    if not case.is_answered:
        return
    box = st.popover(
        "Add to a show", icon=":material/playlist_add:", key="to_show", on_change="rerun"
    )
    if not box.open:
        return
    found = {each.id: each.name for each in store.owned(services().sessions, session.person())}
    with box, st.form("to_show_form", border=False):
        chosen = st.selectbox(
            "Show",
            [*found, _NEW],
            format_func=lambda each: found.get(each, _TITLE),
            key="to_show_which",
        )
        name = st.text_input("Name of a new show", key="to_show_name")
        presses = presses_of("to_show")
        st.form_submit_button("Add", type="primary", on_click=presses.note, args=(case.id,))
        if case.id in presses:
            _keep(chosen or "", name or _TITLE, [case.id], presses)
        presses.clear()


def draw_make(lines: Sequence[CaseLine]) -> None:
    """A show of the first cases of a list that have an answer."""
    answered = shown_once(lines)
    if not answered:
        return
    box = st.popover(
        "Make a show", icon=":material/slideshow:", key="cases_show", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        st.page_link(page_path("shows"), label="Your shows", icon=":material/arrow_forward:")
        with st.form("cases_show_form", border=False):
            name = st.text_input("Name", key="cases_show_name")
            most = min(len(answered), store.MOST_CASES)
            count = st.number_input(
                "How many, from the top of the list",
                *(1, most, min(_FIRST, most)),
                key="cases_show_count",
            )
            presses = presses_of("cases_show")
            words = "Make the show"
            st.form_submit_button(words, type="primary", on_click=presses.note, args=(_MAKE,))
            if _MAKE in presses:
                _keep(_NEW, name or _TITLE, answered[: int(count)], presses)
            presses.clear()


def shown_once(lines: Sequence[CaseLine]) -> list[str]:
    """The cases of a list, the newest first, that a show begins with: those with an answer that are no scenario of another, and
    of a question that was asked several times the newest."""
    found: dict[str, str] = {}
    for line in lines:
        if line.is_answered and line.purpose != "scenario":
            question = json.dumps([line.server, line.model, line.entered], sort_keys=True)
            found.setdefault(question, line.id)
    return list(found.values())


def _keep(show_id: str, name: str, case_ids: Sequence[str], presses: Presses) -> None:
    """Keep them, which heeds the press, and open the show."""
    found, person = services().sessions, session.person()
    try:
        if show_id:
            kept = store.add_cases(found, show_id, case_ids, person=person)
        else:
            kept = store.make(found, person=person, name=name, case_ids=case_ids)
        presses.clear()
    except MdsError as error:
        st.warning(plain(f"{error.sentence} {error.advice}".strip()))
        return
    st.switch_page(page_path("shows"), query_params={"id": kept.id})
