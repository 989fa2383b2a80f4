"""What a presenter holds: the keys at the foot of the stage, and where the show is."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from shows.runs import RunView
from shows.store import ShowView
from ui import scripts
from ui.shell import page_path
from ui.stage import audience
from ui.stage.why import Why


def draw(
    show: ShowView | None,
    run: RunView | None,
    case_ids: tuple[str, ...],
    place: int,
    why: Why | None,
) -> DeltaGenerator:
    """The bar at the foot; gives the place where it is said from where the answer is.

    Where there is no answer, and so no `why`, its key does nothing.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="stage_bar"):
        if len(case_ids) > 1:
            st.markdown(f"**Case {place + 1} of {len(case_ids)}**", width="content")
        state = st.container(key="stage_state", width="stretch")
        if len(case_ids) > 1:
            _draw_turning(place, len(case_ids))
        st.button(
            "Why",
            key="stage_why_key",
            shortcut="W",
            disabled=why is None,
            on_click=why.press if why else None,
            help=why.help if why else "There is no answer",
        )
        if run:
            audience.draw_keys(run)
        draw_leave(show, case_ids[place])
    scripts.run("stage", "stage", {})
    return state


def draw_leave(show: ShowView | None, case_id: str) -> None:
    """Back to where the show was prepared, to the answer on Predict from which the stage was opened, or to the case."""
    if st.button("Leave", key="stage_leave", shortcut="Esc"):
        if show:
            st.switch_page(page_path("shows"), query_params={"id": show.id})
        if st.query_params.get("from") == "predict":
            model = st.query_params.get("model", "")
            asked = {"model": model} if model else {}
            st.switch_page(page_path("predict"), query_params={**asked, "case": case_id})
        st.switch_page(page_path("case"), query_params={"id": case_id})


def _draw_turning(place: int, count: int) -> None:
    st.button(
        "Previous",
        key="stage_previous",
        shortcut="Left",
        disabled=place == 0,
        on_click=_turn_to,
        args=(place,),
    )
    st.button(
        "Next",
        key="stage_next",
        shortcut="Right",
        disabled=place == count - 1,
        on_click=_turn_to,
        args=(place + 2,),
    )


def _turn_to(number: int) -> None:
    """The case with this number, counted from one, in the address: Back shows what was there."""
    st.query_params["n"] = str(number)
