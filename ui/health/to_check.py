"""The way to the drawn cases that nobody has judged, with how many there are and how many have to be drawn first."""

from __future__ import annotations

import streamlit as st

from cases.search import MOST_COUNTED, CaseFilter, count
from health.to_check import ToCheck
from ui.cases.counted import UNCHECKED
from ui.health.address import Chosen
from ui.session import services


def draw(needed: ToCheck, chosen: Chosen) -> None:
    """A button where something waits; it leads to exactly the cases that it counts."""
    if needed.needed == 0:
        return
    waiting = count(services().sessions, wanted(chosen))
    if waiting:
        st.link_button(words(waiting, needed), address(chosen))


def address(chosen: Chosen) -> str:
    """Where the drawn cases of these wait that nobody has judged right or wrong: the review desk, for who may review them, else the
    list."""
    reviews = services().scope.reviews(chosen.server, chosen.model)
    return (chosen.desk if reviews else chosen.cases)(counted=UNCHECKED)


def wanted(chosen: Chosen) -> CaseFilter:
    """The cases of that address."""
    return chosen.wanted(counted=UNCHECKED)


def words(waiting: int, wanted: ToCheck) -> str:
    """`Check the 21 drawn cases that nobody judged (for ±5 pp 258 more have to be drawn first)`; who sees 5 of 21 reads
    `Check 5 of the 21 drawn cases …`: those of others are drawn, too."""
    many = f"{waiting:,} or more" if waiting >= MOST_COUNTED else f"{waiting:,}"
    needed = wanted.needed
    is_all_known = (
        needed is None or needed > wanted.drawn
    )  # else no more are counted than are needed
    drawn = max(waiting, wanted.drawn) if is_all_known else waiting
    cases = "case" if drawn == 1 else "cases"
    which = f"the {many}" if drawn == waiting else f"{many} of the {drawn:,}"
    if needed is None:
        more = f"too few for {wanted.aim}"
    elif is_all_known and needed > drawn and waiting < MOST_COUNTED:
        later = needed - drawn
        more = (
            f"for {wanted.aim} {later:,} more {'has' if later == 1 else 'have'} to be drawn first"
        )
    else:
        more = f"{needed:,} {'is' if needed == 1 else 'are'} needed for {wanted.aim}"
    return f"Check {which} drawn {cases} that nobody judged ({more})"
