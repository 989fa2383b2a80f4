"""The reasons of a show's cases, found before it, so that nobody waits for them on the stage: how far that is, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui import announced, jobs, session
from ui.explanations import jobs as explaining
from ui.pressed import Presses, presses_of
from ui.stage.reasons import MISSING, Reasons
from ui.text import many

PLACE = "show_reasons"
_FIND = "find"


def draw(show_id: str, found: Sequence[Reasons]) -> None:
    """The way to the reasons that are missing, how far it is with those that are looked for, and how that ended."""
    begun = _begun(show_id)
    running = [each.job.id for each in found if each.job]
    begun |= set(running)
    if running:
        jobs.watch_all(running, "Finding the reasons", ended=len(begun) - len(running))
    elif begun:
        _draw_end(found, len(begun))
    missing = [each for each in found if each.can_be_found]
    if missing:
        _draw_button(show_id, missing)
    state = (
        "The reasons are on their way."
        if running
        else "The search for reasons has ended."
        if begun
        else ""
    )
    announced.announce(f"reasons_{show_id}", state, PLACE, state)


def draw_pressed(show_id: str) -> None:
    """That the button was heard: what it begins with takes longer than a press should wait for a sign."""
    if _FIND in _presses(show_id):
        st.progress(0.0, text="Finding the reasons …")


def _presses(show_id: str) -> Presses:
    return presses_of(f"reasons_{show_id}")


def _begun(show_id: str) -> set[str]:
    """The jobs of the last press of the button, and those that were seen on their way since."""
    return session.remembered(f"{session.REASONS}_{show_id}", set[str])


def _draw_end(found: Sequence[Reasons], count: int) -> None:
    """What came of those that this session saw under way."""
    failed = sum(each.can_be_found and each.words != MISSING for each in found)
    if failed:
        st.warning(
            f"The reasons for {many(failed, 'case')} were not found; beside each stands why."
        )
    if count > failed:
        st.success(f"The reasons for {many(count - failed, 'case')} were found.")


def _draw_button(show_id: str, missing: Sequence[Reasons]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        presses = _presses(show_id)
        st.button(
            f"Find the reasons for {many(len(missing), 'case')}",
            icon=":material/lightbulb:",
            key="show_why",
            on_click=presses.note,
            args=(_FIND,),
        )
        if _FIND in presses:
            _begin(show_id, missing, presses)
        presses.clear()
        st.caption("Reasons are recorded before the show, so that nobody waits for them.")


def _begin(show_id: str, missing: Sequence[Reasons], presses: Presses) -> None:
    """Begin with all of them, and draw the page with how far they are; why none could begin is said. Where the run of the
    script ends in the midst, the next one begins with those that are still missing."""
    begun = _begun(show_id)
    begun.clear()
    begun.update(
        job for each in missing if each.asked and (job := explaining.start(each.asked, each.method))
    )
    presses.clear()
    if begun:
        st.rerun()
