"""Every version that was published, and the way back to one."""

from __future__ import annotations

import streamlit as st

from mds_client.errors import MdsError
from signatures import overlay
from signatures.overlay import OverlayView
from ui import errors, session
from ui.session import services
from ui.signatures.draft import Desk, begin_with, draw_anew
from ui.text import plain

_MOST_SHOWN = 15


def draw(desk: Desk) -> None:
    """The versions, the newest first, each with who, when, why and a button; last, none at all."""
    try:
        views = overlay.history(services().sessions, desk.draft.model)
    except MdsError as error:
        errors.show(error)
        return
    if not views:
        st.caption("Nothing was published yet: people see what the sources say.")
        return
    if desk.draft.is_changed:
        st.caption("Publish or discard your changes before you go back to a version.")
    for view in views[:_MOST_SHOWN]:
        _draw_version(desk, view, is_current=view is views[0])
    if len(views) > _MOST_SHOWN:
        st.caption(f"and {len(views) - _MOST_SHOWN} older ones")
    _draw_way_back(desk, 0, "What the sources say, without any version")


def _draw_version(desk: Desk, view: OverlayView, *, is_current: bool) -> None:
    who = f"{plain(view.author)}, {view.created_at:%Y-%m-%d %H:%M} UTC"
    why = f": {plain(view.comment)}" if view.comment else ""
    words = f"**Version {view.number}** by {who}{why}"
    if is_current:
        st.markdown(f"{words} :blue-badge[published now]")
    else:
        _draw_way_back(desk, view.number, words)


def _draw_way_back(desk: Desk, number: int, words: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(words, width="stretch")
        is_pressed = st.button(
            "Restore", icon=":material/history:", key=desk.draft.widget(f"restore_{number}"),
            disabled=desk.draft.is_changed, help=f"Publish version {number} again" if number else None,
        )  # fmt: skip
    if is_pressed:
        _restore(desk, number)


def _restore(desk: Desk, number: int) -> None:
    draft = desk.draft
    try:
        view = overlay.restore(
            services().sessions, draft.model, number, author=session.person(),
            key=f"{draft.key}-{number}", based_on=draft.based_on,
        )  # fmt: skip
    except MdsError as error:
        errors.show(error)
        return
    begin_with(draft, view)
    draw_anew(f"Version {view.number} is published.")
