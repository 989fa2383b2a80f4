"""The stage: a case at a time, large, with its question, inputs, answer and why, and nothing else.

What was recorded is shown at once; then the server is asked, and its answer takes the place of the recorded one. Where it
does not answer, the recorded one stays and says so: a show goes on without a server and without a network.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cases.queries import CaseView, case
from mds_client.errors import MdsError
from shows import runs, store
from shows.runs import RunView
from shows.store import ShowView
from ui import announced, errors, frame, session
from ui.cases.opened import opened
from ui.model_titles import of_model
from ui.session import services
from ui.shell import page_path
from ui.stage import asking, audience, controls, slides, why
from ui.stage.asking import Live
from ui.stage.slides import Slide

_STYLE = Path(__file__).resolve().parent / "stage.css"


def draw(show_id: str, case_id: str) -> None:
    """A show from the case in the address on, or one case alone where no show is named."""
    st.html(_STYLE)
    try:
        show = store.show(services().sessions, show_id) if show_id else None
    except MdsError as error:
        errors.show(error)
        st.page_link(page_path("shows"), label="Shows", icon=":material/arrow_back:")
        return
    if show is None and not case_id:
        _draw_nothing()
        return
    case_ids = show.case_ids if show else (case_id,)
    _name_tab(show, case_id)
    if not case_ids:
        st.info("There is no case in this show yet. Add some on the page of a case, or on Cases.")
        controls.draw_leave(show, "")
        return
    place = _place(case_ids)
    _draw_place(show, case_ids, place)


def _name_tab(show: ShowView | None, case_id: str) -> None:
    found = None if show else case(services().sessions, case_id)
    if show:
        frame.name_tab(show.name)
    elif found:
        frame.name_tab(of_model(found.server, found.model))


def _draw_nothing() -> None:
    """The address names neither a case nor a show: how to come to one."""
    frame.name_tab("Present")
    st.title("There is no case to present", anchor=False)
    st.markdown("Open a case and press **Present**, or choose a show under **Shows**.")
    with st.container(horizontal=True):
        st.page_link(page_path("cases"), label="Cases", icon=":material/list_alt:")
        st.page_link(page_path("shows"), label="Shows", icon=":material/slideshow:")


def _place(case_ids: tuple[str, ...]) -> int:
    """Which case of the show the address names, counted from 0; one there."""
    named = st.query_params.get("n", "1")
    number = int(named) if named.isdecimal() and len(named) < 4 else 1
    return min(max(number, 1), len(case_ids)) - 1


def _draw_place(show: ShowView | None, case_ids: tuple[str, ...], place: int) -> None:
    found = case(services().sessions, case_ids[place])
    run = runs.begin(services().sessions, show, person=session.person()) if show else None
    body, aside = st.columns([3, 1], gap="large") if run and run.code else (st.container(), None)
    with body:
        slide_box = st.container(key="stage_slide")
    if run and aside:
        with aside:
            audience.draw(run, case_ids[place])
    if found is None:
        controls.draw(show, run, case_ids, place, None)
        slide_box.title("This case was deleted", anchor=False)
        return
    known = asking.known(run, found) if run else None
    why.heed(found, known)
    slide = _slide(found, known)
    asked = why.of(found, slide, known) if slide.answer else None
    state_box = controls.draw(show, run, case_ids, place, asked)
    with slide_box:
        slides.draw(slide)
        if asked:
            why.draw(asked, slide)
    to_ask = run if known is None else None
    _play(slide, run, to_ask, state_box, place=place, count=len(case_ids))


def _slide(found: CaseView, known: Live | None) -> Slide:
    """The recorded answer, with the server's in its place where that is known."""
    slide = slides.recorded(opened(found))
    return slides.with_live(slide, known) if known else slide


def _play(
    slide: Slide,
    run: RunView | None,
    to_ask: RunView | None,
    state_box: DeltaGenerator,
    *,
    place: int,
    count: int,
) -> None:
    """The recorded answer stands there; the server's takes its place, if it comes in time."""
    signature = asking.signature_to_ask(slide.shown) if to_ask else None
    if to_ask and signature:
        state_box.markdown("Recorded; asking the server …")
        asking.ask(slide.shown, signature, to_ask)
        st.rerun()
    state_box.markdown(slides.state_words(slide, is_show=run is not None))
    if run:
        runs.put_on_stage(services().sessions, run, slides.stage(slide, place=place, count=count))
    _announce(slide, place, count)


def _announce(slide: Slide, place: int, count: int) -> None:
    answer = slide.answer.headline if slide.answer else "no answer"
    words = f"Case {place + 1} of {count}: {answer}."
    announced.announce("stage", f"{slide.shown.case.id} {answer}", "stage_slide", words)
