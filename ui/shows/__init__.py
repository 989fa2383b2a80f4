"""The page Shows: what somebody presents, case by case, put in order and made ready."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cases.queries import CaseView, case
from cases.recording import answer_of
from explanations.formatting import shortened
from mds_client.errors import MdsError
from shows import runs, store
from shows.store import ShowView
from ui import errors, session
from ui.model_titles import of_model
from ui.session import services
from ui.shell import page_path
from ui.shows import reasons
from ui.stage import audience
from ui.stage.reasons import Reasons, reasons_of
from ui.text import plain

_LONGEST = 80  # letters of an answer


def draw(show_id: str) -> None:
    """The shows of who asks; the one of the address with its cases."""
    st.title("What do you present?", anchor=False)
    found = store.owned(services().sessions, session.person())
    if not found:
        st.info(
            "A show is a list of cases that you present one by one, large, in front of others. Make one from a list on "
            "**Cases**, or press **Add to a show** on the page of a case."
        )
        st.page_link(page_path("cases"), label="Cases", icon=":material/list_alt:")
        return
    named = next((show for show in found if show.id == show_id), found[0])
    for show in found:
        with st.container(border=True, key=f"show_{show.id}"):
            _draw_show(show, is_open=show == named)


def _draw_show(show: ShowView, *, is_open: bool) -> None:
    count = f"{len(show.case_ids)} case{'' if len(show.case_ids) == 1 else 's'}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(show.name), anchor=False, width="content")
        st.caption(f"{count}, made on {show.created_at:%-d %B %Y}", width="stretch")
        _draw_actions(show, is_open=is_open)
    if is_open:
        _draw_audience(show)
        _draw_cases(show)


def _draw_audience(show: ShowView) -> None:
    """That guests are let in, and the way to end it: who leaves the stage may have forgotten them."""
    run = runs.current(services().sessions, show.id)
    if run is None or not run.code:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(":material/group: Open to an audience", width="content")
        if st.button("Close the audience", key=f"show_audience_{show.id}"):
            runs.close_audience(services().sessions, run, person=session.person())
            audience.close_unused()
            st.rerun()


def _draw_actions(show: ShowView, *, is_open: bool) -> None:
    if not is_open and st.button(f"Open {plain(show.name)}", key=f"show_open_{show.id}"):
        st.query_params["id"] = show.id
        st.rerun()
    if is_open:
        _draw_changes(show)
    is_empty = not show.case_ids
    if st.button(
        "Present" if is_open else f"Present {plain(show.name)}",
        key=f"show_present_{show.id}",
        type="primary" if is_open else "secondary",
        icon=":material/slideshow:",
        shortcut="P" if is_open else None,
        disabled=is_empty,
    ):
        st.switch_page(page_path("present"), query_params={"show": show.id})


def _draw_changes(show: ShowView) -> None:
    with st.popover("Change", icon=":material/edit:", key=f"show_change_{show.id}"):
        name = st.text_input("Name", show.name, key=f"name_{show.id}")
        if st.button("Rename", key=f"show_rename_{show.id}", disabled=name == show.name):
            _try(lambda: store.named(services().sessions, show.id, name, person=session.person()))
        st.caption("Its cases stay where they are.")
        if st.button("Delete this show", key=f"show_delete_{show.id}", icon=":material/delete:"):
            _delete(show)


def _delete(show: ShowView) -> None:
    """Its run ends first: nobody is let in any more."""
    found, person = services().sessions, session.person()
    if run := runs.current(found, show.id):
        runs.end(found, run, person=person)
        if audience.may_open():
            audience.close_unused()
    store.remove(found, show.id, person=person)
    st.query_params.pop("id", None)
    st.rerun()


def _draw_cases(show: ShowView) -> None:
    lines, foot = st.container(), st.empty()
    with foot:
        reasons.draw_pressed(show.id)
    views = [(each, case(services().sessions, each)) for each in show.case_ids]
    found = [reasons_of(view) for _, view in views]
    with lines:
        for place, ((case_id, view), known) in enumerate(zip(views, found, strict=True)):
            _draw_case(show, place, case_id, view, known)
        if not views:
            st.info("No case is in it. Press **Add to a show** on the page of a case.")
    with foot.container(key=reasons.PLACE):
        reasons.draw(show.id, found)


def _draw_case(
    show: ShowView, place: int, case_id: str, view: CaseView | None, known: Reasons
) -> None:
    """A line: its place, what was asked and answered, which leads to the case, and icons to put it elsewhere."""
    number, last = place + 1, len(show.case_ids) - 1
    with st.container(horizontal=True, vertical_alignment="center", key=f"show_case_{case_id}"):
        st.markdown(f"**{number}**", width=24)
        with st.container(width="stretch", gap=None):
            _draw_words(view, known)
        with st.container(horizontal=True, gap=None, width="content", key=f"show_icons_{case_id}"):
            for label, icon, by, at_end in (
                ("Up", "arrow_upward", -1, place == 0),
                ("Down", "arrow_downward", 1, place == last),
            ):
                words, key = f"{label}, case {number}", f"show_{label}_{case_id}"
                _draw_icon(words, key, icon, _move, show.id, case_id, by, is_idle=at_end)
            words, key = f"Take out case {number}", f"show_out_{case_id}"
            _draw_icon(words, key, "close", _take_out, show.id, case_id)


def _draw_words(view: CaseView | None, known: Reasons) -> None:
    if view is None:
        st.markdown("This case was deleted, or is not shared with you any more. It is left out.")
        return
    st.page_link(page_path("case"), label=_words(view), query_params={"id": view.id}, help="")
    st.caption(_state(view, known))


def _draw_icon(
    words: str,
    key: str,
    icon: str,
    does: Callable[..., None],
    *about: object,
    is_idle: bool = False,
) -> None:
    """A button of an icon alone, whose words are for who hears them and for who asks what it is."""
    st.button(
        words,
        key=key,
        icon=f":material/{icon}:",
        type="tertiary",
        help=words,
        disabled=is_idle,
        on_click=does,
        args=about,
    )


def _words(view: CaseView) -> str:
    answer = answer_of(view)
    said = answer.headline if answer else "no answer"
    asked = view.question or of_model(view.server, view.model)
    return f"{plain(asked)} **{plain(shortened(said, _LONGEST))}**"


def _state(view: CaseView, known: Reasons) -> str:
    """Of which model and when; and what is still missing before it is shown."""
    missing = f", {known.words}" if known.words else ""
    title = of_model(view.server, view.model)
    return plain(f"{title}{_version(view)}, {view.created_at:%-d %b %Y}{missing}")


def _version(view: CaseView) -> str:
    return f" {view.version}" if view.version else ""


def _move(show_id: str, case_id: str, by: int) -> None:
    store.move(services().sessions, show_id, case_id, by=by, person=session.person())


def _take_out(show_id: str, case_id: str) -> None:
    store.take_out(services().sessions, show_id, case_id, person=session.person())


def _try(change: object) -> None:
    try:
        change()  # type: ignore[operator]
    except MdsError as error:
        errors.show(error)
    else:
        st.rerun()
