"""Everything about one model: tiles, right answers by week, inputs that changed, and what stands behind the figures."""

from __future__ import annotations

from datetime import date

import streamlit as st

from charts import confusion, reliability, shifts, weeks
from charts.reliability import Reliability
from charts.shifts import Shift
from charts.weeks import Point
from health.classification import OTHERS, ClassFigures
from health.drift.fields import WORTH_A_LOOK, FieldDrift
from health.overview import Look, Week
from health.regression import NumberErrors
from health.slices import Slice
from health.status import accuracy_words
from health.summary import HealthRow
from health.weighted import Mean, Share
from ui.cases.titles import fields_of
from ui.figure import draw_figure
from ui.health import address
from ui.health.address import Chosen
from ui.text import number, plain

_WEEKS_KEY, _SHIFTS_KEY, _CONFUSION_KEY = "health_weeks", "health_shifts", "health_confusion"
_MOST_SLICES, _MOST_CLASSES = 6, 12


def draw_tiles(look: Look, rows: list[HealthRow], chosen: Chosen) -> None:
    """Four numbers, each with its interval and n."""
    found, columns = look.standing.accuracy, st.columns(4)
    is_known = found.value is not None and found.low is not None and found.high is not None
    columns[0].metric(
        "Right answers",
        f"{found.value * 100:.0f} %" if found.value is not None else "–",
        delta=f"{found.low * 100:.0f}–{found.high * 100:.0f} %" if is_known else None,  # type: ignore[operator]
        delta_color="off",
        delta_arrow="off",
        border=True,
        help=f"{accuracy_words(found)} From {found.n:,} checked of {found.drawn:,} drawn cases, for {found.of:,} answers.",
    )  # fmt: skip
    checks = look.standing.status.checks
    columns[1].metric(
        "Still to check for ±5 points",
        f"{checks:,}",
        delta="drawn at random",
        delta_color="off",
        delta_arrow="off",
        border=True,
        help="Drawn for a check, and nobody has judged them.",
    )
    failed = sum(week.failed for week in look.weeks)
    sent = failed + sum(week.answered for week in look.weeks)
    columns[2].metric("Failed requests", f"{failed:,}", delta=f"of {sent:,} sent", delta_color="off", delta_arrow="off", border=True)  # fmt: skip
    timed = [row.latency for row in rows if row.latency]
    slow = max(timed, key=lambda each: each.n, default=None)
    columns[3].metric(
        "Time to answer",
        f"{slow.p50 * 1e3:,.0f} ms" if slow else "–",
        delta=f"19 of 20 within {slow.p95 * 1e3:,.0f} ms" if slow else None,
        help="Of the newest answers in this time, whatever is chosen besides.",
        delta_color="off",
        delta_arrow="off",
        border=True,
    )
    right, wrong = look.told
    st.markdown(  # a link in a caption is too faint to read
        f"What people told us by themselves: {right:,} right, {wrong:,} wrong. Not part of the figures: people report errors "
        f"more often. [Open the cases]({chosen.cases()})"
    )


def draw_charts(look: Look, chosen: Chosen) -> None:
    """Right answers by week, and what changed in the inputs."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("Right answers by week", anchor=False)
        _draw_weeks(look)
    with right:
        st.subheader("Inputs that changed", anchor=False)
        _draw_drift(look, chosen)
        _draw_unlike(look, chosen)


def draw_details(look: Look, chosen: Chosen) -> None:
    """What stands behind the figures, for who wants to look closer."""
    details = look.details
    if not details.n:
        return
    st.subheader("Where it is right and where not", anchor=False)
    tabs = st.tabs(
        ["Slices", "Confusion", "Calibration", "Size of errors", "Versions on the same cases"]
    )
    with tabs[0]:
        _draw_slices(details.slices, chosen)
    with tabs[1]:
        _draw_confusion(look)
    with tabs[2]:
        _draw_calibration(look)
    with tabs[3]:
        _draw_errors(details.errors)
    with tabs[4]:
        _draw_comparisons(look)


def _draw_weeks(look: Look) -> None:
    found = look.standing.accuracy
    points = [_point(week, found.low) for week in look.weeks]
    if not any(point.value is not None for point in points):
        st.caption("No drawn case is checked in this time.")
        return
    band = (found.low, found.high) if found.low is not None and found.high is not None else None
    together = f" Band: all together, {band[0] * 100:.0f}–{band[1] * 100:.0f} %." if band else ""
    st.caption(
        f"Bars: 95 % interval of the week.{together} Axis begins at {weeks.lowest(points, band):.0%}. "
        "Press a point for that week."
    )
    draw_figure(
        weeks.figure(points, band), weeks.alt_text(points), key=_WEEKS_KEY, on_select=_choose_week
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


def _choose_week() -> None:
    points = st.session_state[_WEEKS_KEY].selection.points
    if points and points[0].get("customdata"):
        address.set_chip(address.WEEK, _first(points[0]["customdata"]))


def _choose_cell() -> None:
    points = st.session_state[_CONFUSION_KEY].selection.points
    cell = points[0].get("customdata") if points else None
    if isinstance(cell, list | tuple) and len(cell) == 2 and OTHERS not in cell:
        address.set_chip(address.TRUTH, str(cell[0]))
        address.set_chip(address.ANSWER, str(cell[1]))


def _first(found: object) -> str:
    return str(found[0] if isinstance(found, list | tuple) else found)


def _draw_drift(look: Look, chosen: Chosen) -> None:
    if not look.drift:
        st.caption(
            "There are too few cases before or in the last two weeks to compare their inputs."
        )
        return
    titles = _titles(chosen)
    st.caption(
        f"Shift (PSI), {_days(look.drift_after)} against the first cases, {_days(look.drift_before)}."
    )
    found = [
        Shift(
            name=field.name,
            title=titles.get(field.name, field.name),
            size=field.psi,
            is_flagged=field.is_flagged,
        )
        for field in look.drift
    ]
    draw_figure(shifts.figure(found, WORTH_A_LOOK), shifts.alt_text(found), key=_SHIFTS_KEY)
    for field in look.drift:
        if field.is_flagged:
            st.markdown(_shift_words(field, titles.get(field.name, field.name)))


def _draw_unlike(look: Look, chosen: Chosen) -> None:
    """How many of the newest cases were unlike all before them, with the way to them."""
    unlike, compared = look.unlike
    if not compared:
        return
    link = f" [Open them]({chosen.cases(unlike='yes')})" if unlike else ""
    st.markdown(
        f"**{unlike:,} of {compared:,}** newest cases were unlike earlier ones when they were asked; by chance it is up to "
        f"1 in 100.{link}"
    )


def _titles(chosen: Chosen) -> dict[str, str]:
    """What the fields are called, by their names."""
    known = fields_of(chosen.server, chosen.model)
    return {name: field.label or name for name, field in known.items()}


def _shift_words(field: FieldDrift, title: str) -> str:
    """What is different, in words."""
    parts = []
    if field.outside and field.span:
        low, high = field.span
        parts.append(
            f"**{field.outside} of {field.after}** values are outside {number(low)} to {number(high)}, where all were before"
        )
    elif field.unseen:
        parts.append(
            f"**{field.outside} of {field.after}** have a value that was never there before: {', '.join(field.unseen)}"
        )
    if field.missing[1] > field.missing[0] + 0.05:
        parts.append(f"{field.missing[1]:.0%} have no value, before it was {field.missing[0]:.0%}")
    said = "; ".join(parts) or "its values are spread differently"
    return f"{plain(title)}: {said}."


def _days(span: tuple[date, date] | None) -> str:
    return f"{span[0]:%-d %B} to {span[1]:%-d %B}" if span else "no day"


def _draw_slices(found: object, chosen: Chosen) -> None:
    slices: list[Slice] = list(found) if isinstance(found, list) else []
    worse = [each for each in slices if each.is_worse]
    titles = _titles(chosen)
    st.caption(
        "The checked cases by the values of each field, worst first. "
        + (
            f"{len(worse)} of {len(slices)} are worse than chance explains."
            if worse
            else "None is worse than chance explains."
        )
    )
    for place, each in enumerate(slices[:_MOST_SLICES]):
        sign = "**Worse**: " if each.is_worse else ""
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"{sign}{plain(titles.get(each.field, each.field))} {plain(each.value)}: {_share(each.right)}; the others {_share(each.rest)}"
            )
            if each.is_exact and address.VALUE not in chosen.chips:
                st.button(
                    "Only these",
                    key=f"health_slice_{place}",
                    type="tertiary",
                    on_click=address.set_chip,
                    args=(address.VALUE, f"{each.field}={each.value}"),
                )


def _share(found: Share) -> str:
    if found.value is None:
        return "nothing known"
    return f"{found.value:.0%} ({found.low:.0%} to {found.high:.0%}), n={found.n}"


def _draw_confusion(look: Look) -> None:
    table = look.details.confusion
    if not table.labels:
        st.caption("The answers of this model are no classes.")
        return
    counts = table.counts.tolist()
    st.caption("Press a cell for its cases alone.")
    draw_figure(
        confusion.figure(table.labels, counts),
        confusion.alt_text(table.labels, counts),
        key=_CONFUSION_KEY,
        on_select=_choose_cell,
    )
    if table.unknown:
        st.caption(f"{table.unknown} wrong answers are in no cell: nobody said what is right.")
    st.markdown(_class_table(look.details.classes))


def _class_table(classes: object) -> str:
    """Precision, recall and F1 of each class, as a table of Markdown."""
    rows: list[ClassFigures] = list(classes)[:_MOST_CLASSES] if isinstance(classes, list) else []
    lines = [
        f"| {plain(c.label)} | {_share(c.precision)} | {_share(c.recall)} | {_share(c.f1)} |"
        for c in rows
    ]
    return "\n".join(["| Class | Precision | Recall | F1 |", "| --- | --- | --- | --- |", *lines])


def _draw_calibration(look: Look) -> None:
    found = look.details.calibration
    if found.ece is None or found.by_chance is None:
        st.caption("The model does not say how probable its answers are.")
        return
    words = (
        "more than chance explains: do not take the probabilities at their word"
        if found.is_off
        else "no more than chance explains"
    )
    st.markdown(
        f"On average the probability is **{found.ece * 100:.0f} points** away from how often the answer is right (ECE, n={found.n}). "
        f"With so few cases it would be up to {found.by_chance * 100:.0f} points if every probability were true: {words}."
    )
    bins = [
        Reliability(
            said=b.said, right=b.right.value or 0.0, low=b.right.low, high=b.right.high, n=b.right.n
        )
        for b in found.bins
    ]
    draw_figure(reliability.figure(bins), reliability.alt_text(bins), key="health_reliability")


def _draw_errors(found: NumberErrors) -> None:
    if not found.n:
        st.caption("No checked case has a number as the truth.")
        return
    st.markdown(
        f"Mean absolute error **at least {_mean(found.mae)}**; root of the mean squared error {_mean(found.rmse)}; "
        f"bias {_mean(found.bias)}; n={found.n}."
    )
    st.caption("At least: who says that a number is right counts as an error of 0.")


def _mean(found: Mean) -> str:
    if found.value is None:
        return "–"
    return f"{number(found.value)} ({number(found.low)} to {number(found.high)})"


def _draw_comparisons(look: Look) -> None:
    if not look.comparisons:
        st.caption(
            "No checked case was asked again of another version. *Ask again* on the page of a case does it."
        )
    for (first, second), found in look.comparisons.items():
        clear = "clear" if found.is_clear else "not clear: it may be chance"
        st.markdown(
            f"{plain(second)} against {plain(first)} on the same {found.n} cases: {found.only_second} times only {plain(second)} is "
            f"right, {found.only_first} times only {plain(first)}. Difference {(found.difference or 0) * 100:+.0f} points "
            f"({found.low * 100:+.0f} to {found.high * 100:+.0f}), {clear} (p={found.p:.2g}, McNemar)."
        )
