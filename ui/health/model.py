"""Everything about one model: tiles, right answers by week, inputs that changed, and what stands behind the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from charts import confusion, reliability, weeks
from charts.reliability import Reliability
from charts.weeks import Point
from health.answer_times import AnswerTimes, times_words
from health.calibration_words import sentence
from health.classification import (
    OF_WHAT,
    OTHERS,
    ClassFigures,
    Confusion,
    unknown_words,
)
from health.details import Details
from health.estimates import Estimate
from health.outliers.known import LEAST
from health.over_time import Week
from health.overview import NEWEST, Look
from health.report import difference_text
from health.status import accuracy_words, left_out_words
from health.wording import ends_words
from ui.cases.chips import SURE
from ui.cases.counted import UNLIKE
from ui.cases.titles import unit_of
from ui.health import address, drift, sizes
from ui.health.address import Chosen
from ui.health.parts import draw_groups, draw_slices, share_words
from ui.health.pressed import Mark, draw_chart, draw_list, draw_table, name_of
from ui.health.wrong_answers import drawn_link, unlisted
from ui.text import many, plain

_MOST_CLASSES = 12


def draw_tiles(look: Look, chosen: Chosen) -> None:
    """Four numbers, each with its interval and n."""
    found, wanted, columns = look.standing.accuracy, look.to_check, st.columns(4)
    is_known = found.value is not None and found.low is not None and found.high is not None
    _draw_tile(
        columns[0],
        "Right answers",
        f"{found.value * 100:.0f} %" if found.value is not None else "–",
        _ends(found) if is_known else None,
        f"{accuracy_words(found)} From {found.n:,} checked of {found.drawn:,} drawn cases, for {found.of:,} answers.",
    )
    _draw_tile(
        columns[1],
        wanted.label,
        wanted.number if found.of else "–",
        wanted.more if found.of else None,
        "So many more drawn cases have to be judged for a figure, and then for an interval of 5 percentage points (pp) to either side. How many "
        "requests are drawn is a setting of the workbench (audit_probability).",
    )
    failed = look.failed
    _draw_tile(
        columns[2],
        "Failed requests",
        f"{failed.count:,}" if failed.n else "–",
        f"{ends_words(failed)} of {failed.n:,} sent" if failed.n else None,
        "How many were sent and not answered, and the 95 % interval of their share.",
    )
    _draw_times(columns[3], look.times)
    right, wrong = look.told
    counts = (
        "Part of the figures: every case was judged."
        if look.details.is_census
        else "Not part of the figures: people report errors more often."
    )
    st.markdown(  # a link in a caption is too faint to read
        f"What people reported unasked: {right:,} right, {wrong:,} wrong. {counts} "
        f"[Open all cases]({chosen.cases()}){drawn_link(look.details, chosen)}.{unlisted(chosen)}"
    )


def _draw_times(column: DeltaGenerator, found: AnswerTimes) -> None:
    """How long answers took that people asked for one by one; where nobody did, rows of files, under a name of their own."""
    slow = found.most
    label = "Time to answer" if found.singly or not slow else "Time of a row, asked many at once"
    _draw_tile(
        column,
        label,
        f"{slow.p50 * 1e3:,.0f} ms" if slow else "–",
        f"19 of 20 within {slow.p95 * 1e3:,.0f} ms, n={slow.n:,}" if slow else None,
        "\n\n".join(f"{kind}: {said}" for kind, said in times_words(found)),
    )


def _draw_tile(
    column: DeltaGenerator, label: str, value: str, interval: str | None, more: str
) -> None:
    """A number with its interval under it."""
    column.metric(
        label,
        value,
        delta=interval,
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
        help=more,
    )


def _ends(found: Estimate) -> str:
    """The interval, n, and that something is left out of it."""
    ends = f"{(found.low or 0) * 100:.0f}–{(found.high or 0) * 100:.0f} %, n={found.n:,}"
    of = f", for {found.of:,} of {found.of + found.unknown:,}"
    return f"{ends}{of}" if left_out_words(found) else ends


def draw_charts(look: Look, chosen: Chosen) -> None:
    """Right answers by week, and what changed in the inputs and the answers."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("Right answers by week", anchor=False)
        _draw_weeks(look)
    with right:
        st.subheader("Inputs and answers that changed", anchor=False)
        drift.draw(look, chosen)
        _draw_unlike(look, chosen)


def draw_details(look: Look, chosen: Chosen) -> None:
    """What stands behind the figures, for who wants to look closer."""
    details = look.details
    if not details.n:
        return
    st.subheader("Where it is right and where not", anchor=False)
    shown: dict[str, Callable[[], None]] = {
        "Slices": lambda: draw_slices(details, chosen),
        "Groups": lambda: draw_groups(details.groups, chosen),
        "Confusion": lambda: _draw_confusion(look, chosen),
        "Calibration": lambda: _draw_calibration(look),
        "Size of errors": lambda: sizes.draw(details.sizes, unit_of(chosen.server, chosen.model)),
        "Versions on the same cases": lambda: _draw_comparisons(look),
    }
    for title in _not_of(details):
        shown.pop(title)
    for tab, draw in zip(st.tabs(list(shown)), shown.values(), strict=True):
        with tab:
            draw()


def _not_of(details: Details) -> Iterator[str]:
    """What says nothing of such answers: classes have no size of errors, and numbers are no classes."""
    if not details.sizes.all.n:
        yield "Size of errors"
    elif not details.confusion.labels:
        yield "Confusion"


def _draw_weeks(look: Look) -> None:
    found = look.standing.accuracy
    points = [_point(week, found.low) for week in look.weeks]
    if not any(point.value is not None for point in points):
        st.caption("No drawn case is checked in this time.")
        return
    band = (found.low, found.high) if found.low is not None and found.high is not None else None
    together = f" Band: all together, {band[0] * 100:.0f}–{band[1] * 100:.0f} %." if band else ""
    st.caption(
        f"Bars: 95 % interval of the week.{together} Axis begins at {weeks.lowest(points, band) * 100:.0f} %. "
        "Press a point for that week."
    )
    marks = {
        point.start.isoformat(): Mark(
            words=f"Week from {point.start:%-d %B}: {point.value * 100:.0f} %, {point.words}",
            chips={address.WEEK: point.start.isoformat()},
        )
        for point in points
        if point.value is not None
    }
    draw_chart(
        weeks.figure(points, band), weeks.alt_text(points), "health_weeks", marks, "Choose a week"
    )


def _point(week: Week, least: float | None) -> Point:
    right = week.right
    hits = round((right.value or 0) * right.n)
    return Point(
        start=week.start,
        value=right.value,
        low=right.low,
        high=right.high,
        words=f"{hits} of {right.n}" if right.n else "",
        is_worse=right.value is not None and least is not None and right.high < least,
    )


def _draw_unlike(look: Look, chosen: Chosen) -> None:
    """How many of the newest cases were unlike all before them, with the way to them."""
    found = look.unlike
    if not found.n:
        return
    them = "this case" if found.count == 1 else f"these {found.count:,} cases"
    link = f" [Open {them}]({chosen.cases(counted=UNLIKE)})" if found.count else ""
    st.markdown(
        f"**{found.count:,} of {found.n:,}** newest cases ({ends_words(found)}) were unlike earlier ones when they were asked; by chance it is up to "
        f"1 in 100.{link}{_why_few(found.n, look.answered)}"
    )


def _why_few(compared: int, answered: int) -> str:
    """Why fewer of the newest were compared than there are."""
    newest = min(NEWEST, answered)
    if compared >= newest:
        return ""
    were = "case was" if compared == 1 else "cases were"
    return (
        f" Of the newest {newest:,} only {compared:,} {were} compared: it takes {LEAST} different earlier ones, and cases that were asked before there "
        "were so many, or only to compare versions, stay out."
    )


def _draw_confusion(look: Look, chosen: Chosen) -> None:
    table = look.details.confusion
    if not table.labels:
        st.caption("The answers of this model are no classes.")
        return
    counts = table.counts.tolist()
    st.caption("Press a cell for its cases alone.")
    draw_chart(
        confusion.figure(table.labels, counts),
        confusion.alt_text(table.labels, counts),
        "health_confusion",
        _cells(table),
        "Choose a cell",
    )
    if words := unknown_words(table.unknown):
        st.caption(words)
    _draw_classes(look.details.classes[:_MOST_CLASSES])
    if address.ANSWER in chosen.chips or address.TRUTH in chosen.chips:
        st.caption(
            "Of cases with one answer alone no recall and F1 are known, of those with one truth alone no precision and F1: the others are not "
            "among them."
        )
    st.caption(OF_WHAT)


def _cells(table: Confusion) -> dict[str, Mark]:
    """The cells that have cases, by truth and answer; rare classes are in none of their own."""
    return {
        name_of([truth, answer]): Mark(
            words=f"{truth} answered as {answer}: {count:,}",
            chips={address.TRUTH: truth, address.ANSWER: answer},
        )
        for truth, row in zip(table.labels, table.counts.tolist(), strict=True)
        for answer, count in zip(table.labels, row, strict=True)
        if count and OTHERS not in (truth, answer)
    }


def _draw_classes(classes: Sequence[ClassFigures]) -> None:
    """Precision, recall and F1 of each class; a row that is pressed is the answers of its class."""
    marks = {
        c.label: Mark(words=f"Answered as {c.label}", chips={address.ANSWER: c.label})
        for c in classes
    }
    draw_table(
        [
            {
                "Class": c.label,
                "Precision": share_words(c.precision),
                "Recall": share_words(c.recall),
                "F1": share_words(c.f1),
            }
            for c in classes
        ],
        "Precision, recall and F1 of each class",
        "health_classes",
        marks,
        "Choose a class that was answered",
    )


def _draw_calibration(look: Look) -> None:
    found = look.details.calibration
    if found.ece is None:
        st.caption("The model does not say how probable its answers are.")
        return
    st.markdown(sentence(found))
    bins = [
        Reliability(
            said=b.said, right=b.right.value or 0.0, low=b.right.low, high=b.right.high, n=b.right.n
        )
        for b in found.bins
    ]
    marks = {
        str(place): Mark(
            words=f"{b.low * 100:.0f} % to {b.high * 100:.0f} %: {many(b.right.n, 'answer')}",
            chips={SURE: f"{b.low:g}..{b.high:g}"},
        )
        for place, b in enumerate(found.bins)
    }
    st.caption("Press a point for its cases alone.")
    draw_chart(
        reliability.figure(bins),
        reliability.alt_text(bins),
        "health_reliability",
        marks,
        "Choose a probability",
    )


def _draw_comparisons(look: Look) -> None:
    if not look.comparisons:
        st.caption(
            "No checked case was asked again of another version. *Ask again* on the page of a case does it."
        )
    for (first, second), found in look.comparisons.items():
        difference = difference_text(found.difference or 0.0, found.low, found.high)
        st.markdown(
            f"{plain(second)} against {plain(first)} on the same {found.n} cases: {found.only_second} times only {plain(second)} is "
            f"right, {found.only_first} times only {plain(first)}. Difference {difference}, "
            f"{found.verdict} (p={found.p:.2g}, McNemar)."
        )
    versions = dict.fromkeys(version for pair in look.comparisons for version in pair)
    marks = {v: Mark(words=f"Version {v}", chips={address.VERSION: v}) for v in versions}
    draw_list("health_compared", marks, "Choose a version")
