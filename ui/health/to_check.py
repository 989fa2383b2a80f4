"""The way to the drawn cases that nobody has judged, with how many there are and how many are needed."""

from __future__ import annotations

import streamlit as st

from cases.search import MOST_COUNTED, count
from ui.health.address import Chosen
from ui.session import services


def draw(needed: int, chosen: Chosen) -> None:
    """A button where something waits; it opens exactly the cases that it counts."""
    if not needed:
        return
    waiting = count(services().sessions, chosen.waiting)
    if waiting:
        st.link_button(words(waiting, needed), chosen.to_check)


def words(waiting: int, needed: int) -> str:
    """`Check the 3 drawn cases that nobody judged (77 are needed for ±5 pp)`: not the queue of Review, which waits for who asks."""
    many = f"{waiting:,} or more" if waiting >= MOST_COUNTED else f"{waiting:,}"
    cases = "case" if waiting == 1 else "cases"
    return f"Check the {many} drawn {cases} that nobody judged ({needed:,} {'is' if needed == 1 else 'are'} needed for ±5 pp)"
