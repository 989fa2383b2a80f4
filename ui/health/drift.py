"""The inputs and answers that changed, and how the values of the one that is looked at are spread: bars that can be pressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import streamlit as st

from charts import shifts, spread
from charts.shifts import Shift
from charts.spread import Part
from health.alarms.decisions import closed
from health.alarms.wording import reference_words
from health.baselines import in_words
from health.chosen_counts import chosen_fields
from health.drift.fields import LEAST_CASES, WORTH_A_LOOK, Bin, FieldDrift
from health.drift.joint import JointDrift
from health.drift.wording import (
    OWN_REFERENCE,
    WHOLE,
    detection_words,
    due_words,
    few_words,
    joint_words,
    past_line_words,
    shift_words,
    unfit_words,
    until_words,
)
from health.drift_detectors import DetectionView
from health.overview import Look
from health.reference import compared_from
from health.titles import FieldWords, with_answer, word_for
from ui.cases.chips import DAYS
from ui.health import address
from ui.health.address import Chosen
from ui.health.parts import field_words, titles
from ui.health.pressed import Mark, draw_chart
from ui.text import plain


def draw(look: Look, chosen: Chosen) -> None:
    """How far each field and the answer moved, what is different in those that are flagged, and the spread of the ones that are chosen;
    and how the inputs compare as a whole."""
    _draw_detections(look.detections)
    if not (look.compared or look.joint_drift or look.is_joint_due):
        st.caption(_too_few(look))
        return
    st.caption("Of all answers of the version in use, not only of those chosen above.")
    named = with_answer(titles(chosen))
    if look.compared:
        _draw_fields(look, chosen, named, field_words(chosen))
    if look.joint_until:
        _draw_joint(look.joint_drift, look.joint_until, named)
    elif look.is_joint_due:
        words = due_words(reference_words(look.drift_reference, look.steps))
        st.markdown(plain(words).replace(WHOLE, f"**{WHOLE}**", 1))


def _too_few(look: Look) -> str:
    at = look.drift_reference.accepted
    if at and compared_from(at) > datetime.now(UTC):
        day = in_words(compared_from(at).date())
        return f"From {day} on, inputs are compared with {_reference(look)}."
    what = f"Inputs cannot be compared with {_reference(look)}"
    if look.drift_unfit and min(look.drift_cases) >= LEAST_CASES:
        return f"{what}: that has none of the values that the newest cases have."
    return f"{what}: {few_words(look.drift_cases, _ended(look), datetime.now(UTC).date())}."


def _ended(look: Look) -> date | None:
    last = closed(look.steps)
    return last.at.date() if last else None


def _reference(look: Look) -> str:
    return plain(reference_words(look.drift_reference, look.steps))


def _draw_detections(said: Sequence[DetectionView]) -> None:
    """What the detectors deployed beside the model said last."""
    if said:
        lines = [f"- {plain(detection_words(each))}" for each in said]
        st.markdown("\n".join(["**Deployed detectors**", "", *lines, "", OWN_REFERENCE]))


def _draw_joint(found: Sequence[JointDrift], until: datetime, named: Mapping[str, str]) -> None:
    """What is compared as a whole: in a sentence each, and of what changed the cases that are most unlike the first ones."""
    lines = []
    for each in found:
        cases = ", ".join(
            f"[{place}](case?id={name})" for place, name in enumerate(each.most_unlike, 1)
        )
        more = f" Most unlike the first ones: cases {cases}." if each.is_flagged and cases else ""
        lines.append(f"- {plain(joint_words(each, named))}{more}")
    head = until_words(until).replace(WHOLE, f"**{WHOLE}**", 1)
    st.markdown("\n".join([head, "", *lines]))


def _draw_fields(look: Look, chosen: Chosen, named: Mapping[str, str], words: FieldWords) -> None:
    st.caption(
        f"Shift (PSI), {_days(look.drift_after)} against {_reference(look)}{_of_before(look)}. Press a bar for the "
        "newest cases that make it."
    )
    if look.drift_unfit:
        st.caption(plain(unfit_words(look.drift_unfit, named)))
    found = [
        Shift(
            name=field.name,
            title=named.get(field.name, field.name),
            size=field.psi,
            is_flagged=field.is_flagged,
        )
        for field in look.compared
    ]
    draw_chart(
        shifts.figure(found, WORTH_A_LOOK),
        shifts.alt_text(found),
        "health_shifts",
        _marks(look, named, words),
        "Choose an input, or the answer",
    )
    if words_of_line := past_line_words(look.compared, named):
        st.markdown(plain(words_of_line))
    for field in look.compared:
        if field.is_flagged:
            st.markdown(plain(shift_words(field, named.get(field.name, field.name), words)))
    for looked_at in chosen_fields(look.compared, chosen.cohort):
        _draw_spread(look, looked_at, named.get(looked_at.name, looked_at.name), words)


def _marks(look: Look, named: Mapping[str, str], words: FieldWords) -> dict[str, Mark]:
    """Of each field the value or range that became more frequent, in the newest cases."""
    return {
        field.name: Mark(
            words=f"{named.get(field.name, field.name)}: {word_for(words, field.name, grown.words)}, {_counted(look, field, grown)}",
            chips=_part(field, grown) | _now(look),
        )
        for field in look.compared
        if (grown := field.grown)
    }


def _counted(look: Look, field: FieldDrift, found: Bin) -> str:
    """How many of the newest cases have a value or range: of those that are chosen, where not all are."""
    if look.counts is None:
        return f"{found.after:,} of {field.after:,} now"
    count, of = look.counts.of(field, found)
    return f"{count:,} of {of:,} now, of those chosen"


def _now(look: Look) -> dict[str, str]:
    """The chip of the days of the newest cases."""
    after = look.drift_after
    return {DAYS: f"{after[0]}..{after[1]}"} if after else {}


def _draw_spread(look: Look, field: FieldDrift, title: str, words: FieldWords) -> None:
    st.markdown(
        f"**{plain(title)}**, before (n={field.before:,}) and now (n={field.after:,}). Press a bar for its cases of now."
    )
    bins = field.bins
    called = [word_for(words, field.name, b.words) for b in bins]
    parts = [
        Part(words=word, before=b.before / max(1, field.before), now=b.after / max(1, field.after))
        for word, b in zip(called, bins, strict=True)
    ]
    marks = {
        str(place): Mark(
            words=f"{called[place]}: {_counted(look, field, b)}",
            chips=_part(field, b) | _now(look),
        )
        for place, b in enumerate(bins)
        if b.can_be_found
    }
    draw_chart(
        spread.figure(parts),
        spread.alt_text(parts, title),
        "health_spread" if field.name else "health_answer_spread",
        marks,
        "Choose a value",
    )


def _part(field: FieldDrift, found: Bin) -> dict[str, str]:
    return address.part_of(field.name, found.words, found.bounds)


def _of_before(look: Look) -> str:
    """Of which days the first cases are; what somebody chose says it itself."""
    return "" if look.drift_reference.chosen else f", {_days(look.drift_before)}"


def _days(span: tuple[date, date] | None) -> str:
    return f"{span[0]:%-d %B} to {span[1]:%-d %B}" if span else "no day"
