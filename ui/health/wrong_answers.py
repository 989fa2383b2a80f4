"""The way from a fall to the wrong answers that it counts, and why somebody sees fewer of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from cases.search import MOST_COUNTED, count
from health.details import Details
from health.status import Finding
from ui.cases.counted import DRAWN, WRONG, WRONG_OF_ALL
from ui.health.address import TRUTH, Chosen, is_part
from ui.session import services
from ui.text import many


@dataclass(frozen=True, kw_only=True)
class WrongAnswers:
    """How many wrong answers a fall has `counted`; how many of them are still `there`, and how many are `seen` by who asks. `reviews`:
    they see everybody's cases, but what others say of a case that waits for their review."""

    counted: int
    there: int
    seen: int
    reviews: bool
    address: str = ""


def found(fall: Finding, chosen: Chosen) -> WrongAnswers:
    """Those since a fall began, whatever chips are chosen."""
    every, days = chosen.every, {"days": f"{fall.since}..{datetime.now(UTC).date()}"}
    wanted, running = every.wanted(counted=WRONG, **days), services()
    return WrongAnswers(
        counted=sum(wrong for _, wrong in fall.checked.values()),
        there=count(running.figures, wanted),
        seen=count(running.sessions, wanted),
        reviews=running.scope.reviews(chosen.server, chosen.model),
        address=every.cases(counted=WRONG, **days),
    )


def draw(told: WrongAnswers) -> None:
    """A button that says how many cases it opens; none where nothing is seen."""
    if told.seen:
        st.link_button(words(told), told.address, type="primary")


def words(told: WrongAnswers) -> str:
    """`See the 21 wrong answers`, or `See 20 of the 21 wrong answers`."""
    if told.seen >= MOST_COUNTED:
        return "See the wrong answers"
    if told.seen < told.counted:
        return f"See {told.seen:,} of the {told.counted:,} wrong answers"
    return "See the wrong answer" if told.seen == 1 else f"See the {told.seen:,} wrong answers"


def of(details: Details) -> str:
    """How the list is chosen of the wrong answers that figures count: drawn ones, or all where every case was judged."""
    return WRONG_OF_ALL if details.is_census else WRONG


def link(counted: int, chosen: Chosen, which: str = WRONG, **more: str) -> str:
    """` [See the 3 wrong cases](…)`, of a part of the cases of which so many are counted; empty where nothing is seen. The number alone
    where it would take the place of a chip of the same field: the list would have other cases. `which` are the cases that count."""
    if not is_part(more, chosen.chips):
        return f" {many(counted, 'wrong case')}." if counted else ""
    seen = min(count(services().sessions, chosen.wanted(counted=which, **more)), MOST_COUNTED)
    if not seen:
        return ""
    them = "the wrong case" if seen == counted == 1 else f"{_so_many(seen, counted)} wrong cases"
    return f" [See {them}]({chosen.cases(counted=which, **more)})"


def drawn_link(details: Details, chosen: Chosen) -> str:
    """`, or [the 9 drawn ones](…)`, which the figures count where one truth is chosen; empty without that, or where none is seen or all
    count."""
    if TRUTH not in chosen.chips or details.is_census:
        return ""
    counted = details.n
    seen = min(count(services().sessions, chosen.wanted(counted=DRAWN)), MOST_COUNTED)
    ones = "drawn one" if seen == counted == 1 else "drawn ones"
    them = f"{_so_many(seen, counted)} {ones} that the figures count"
    return f", or [{them}]({chosen.cases(counted=DRAWN)})" if seen else ""


def unlisted(chosen: Chosen, counted: str = "") -> str:
    """` The list has 199 of these 202 cases: 3 of them wait for your own review …`, of cases that are chosen by what somebody said, or
    `counted` by it: figures count what the list may not tell yet. Empty where the list has all."""
    if not (counted or chosen.cohort.is_of_said):
        return ""
    running, wanted = services(), chosen.wanted(counted=counted)
    there, seen = count(running.figures, wanted), count(running.sessions, wanted)
    if seen >= there:
        return ""
    reviews = running.scope.reviews(chosen.server, chosen.model)
    told = WrongAnswers(counted=there, there=there, seen=seen, reviews=reviews)
    cases = "wrong cases" if counted in (WRONG, WRONG_OF_ALL) else "cases"
    return f" Lists have {seen:,} of these {there:,} {cases}: {' '.join(_reasons(told))}"


def _so_many(seen: int, counted: int) -> str:
    return f"{seen:,} of the {counted:,}" if seen < min(counted, MOST_COUNTED) else f"the {seen:,}"


def why(told: WrongAnswers) -> str:
    """Why there are fewer than are counted; empty where there are not. Which ones they are stays open: a review is blind."""
    return " ".join(_reasons(told)) if told.seen < min(told.counted, MOST_COUNTED) else ""


def _reasons(told: WrongAnswers) -> Iterator[str]:
    if hidden := told.there - told.seen:
        if told.reviews:
            waits = "1 of them waits" if hidden == 1 else f"{hidden:,} of them wait"
            yield f"{waits} for your own review: what others say of a case is shown once you have judged it yourself."
        else:
            yield f"{hidden:,} of them {'was' if hidden == 1 else 'were'} asked by other people."
    if told.counted > told.there:
        gone = told.counted - told.there
        yield f"{gone:,} {'is' if gone == 1 else 'are'} deleted and still {'counts' if gone == 1 else 'count'}."
