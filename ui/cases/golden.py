"""On the page of a case: make it golden in one click, and what the versions made of it since."""

from __future__ import annotations

import streamlit as st

from cases.queries import CaseView
from feedback import golden
from feedback.golden import Place
from feedback.regions import in_words as truth_in_words
from mds_client.errors import MdsError
from ui import errors, session
from ui.session import services
from ui.text import plain

_RESULTS = {
    "fixed": "fixed in",
    "broke": "broken by",
    "right": "right in",
    "wrong": "still wrong in",
    "failed": "not answered by",
}


def draw_button(case: CaseView) -> None:
    """A button that makes it golden, for who reviews the model and where what is right is confirmed; nothing else."""
    sessions = services().sessions
    if golden.places_of(sessions, case.id):
        return
    if golden.can_be_golden(sessions, case) and st.button(
        "Golden case",
        key="case_golden",
        icon=":material/star:",
        help="Every new version of the model is asked this case, and must get it right",
    ):
        change(case.id, is_golden=True)
        st.rerun()


def draw(case: CaseView) -> None:
    """In which sets it is, and what the newest versions made of it."""
    for place in golden.places_of(services().sessions, case.id):
        with st.container(horizontal=True, vertical_alignment="center", key="case_is_golden"):
            st.markdown(f":material/star: {plain(in_words(place))}")
            if place.doubt:
                st.warning(plain(place.doubt), icon=":material/help:")
            if services().scope.reviews(case.server, case.model):
                _draw_new_truth(case, place)
                st.button(
                    "Take out",
                    key=f"case_golden_out_{place.golden_set.id}",
                    type="tertiary",
                    on_click=change,
                    args=(case.id, False, place.golden_set.name),
                )


def _draw_new_truth(case: CaseView, place: Place) -> None:
    """Where people agree by now on another truth: it takes the place of the one that was confirmed."""
    if place.doubt and golden.can_be_golden(services().sessions, case):
        st.button(
            "Use the new truth",
            key=f"case_golden_anew_{place.golden_set.id}",
            type="tertiary",
            on_click=change,
            args=(case.id, True, place.golden_set.name),
        )


def in_words(place: Place) -> str:
    """ "Golden case (default): Gentoo is right. Fixed in version v3."""
    newest = place.results[0] if place.results else None
    truth = f"Golden case ({place.golden_set.name}): {truth_in_words(place.member.truth)} is right."
    if newest is None:
        return f"{truth} No version was run on it yet."
    result, run = newest
    return f"{truth} {_RESULTS[result.outcome].capitalize()} version {run.version or '(none)'}."


def change(case_id: str, is_golden: bool, name: str = golden.DEFAULT) -> None:
    """Put it in or take it out, or say why not."""
    found, person = services(), session.person()
    try:
        if is_golden:
            golden.add(found.sessions, case_id=case_id, person=person, name=name)
        else:
            golden.remove(found.sessions, case_id=case_id, person=person, name=name)
    except MdsError as error:
        errors.show(error)
        return
    if is_golden:
        st.toast("It is a golden case now.", icon=":material/star:")
