"""The inputs and answers of a model on its printed report: how far each moved, against what, and how the one that is looked at is spread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from health.alarms.wording import reference_words
from health.chosen_counts import chosen_fields
from health.cohort import Cohort
from health.drift.fields import FieldDrift
from health.drift.wording import (
    OWN_REFERENCE,
    detection_words,
    due_words,
    joint_words,
    past_line_words,
    shift_words,
    unfit_words,
    until_words,
)
from health.overview import Look
from health.reference import days_words
from health.titles import FieldWords, with_answer, word_for
from printed.frame import bar, cells, track
from printed.markup import Html, joined, tag

_MOST_FIELDS = 12


def section(look: Look, titles: Mapping[str, str], words: FieldWords, cohort: Cohort) -> Html:
    """What is compared, of all cases of the version in use; the spread of what a cohort is chosen by."""
    whole = list(_whole(look, titles))
    if not look.compared:
        head = tag("h2", "Inputs that changed")
        return tag("section", head, *whole) if whole else joined()
    named = with_answer(titles)
    return tag(
        "section",
        tag("h2", "Inputs and answers that changed (population stability index)"),
        *_bars(look.compared, named),
        *_said(look, named, words),
        *(_spread(look, each, named, words) for each in chosen_fields(look.compared, cohort)),
        *whole,
    )


def _bars(compared: Sequence[FieldDrift], named: Mapping[str, str]) -> Iterator[Html]:
    most = max(1.0, *(field.psi for field in compared))
    for field in compared[:_MOST_FIELDS]:
        size = f"{field.psi:.2f}{' changed' if field.is_flagged else ''}"
        yield bar(named.get(field.name, field.name), track(field.psi / most), size)


def _said(look: Look, named: Mapping[str, str], words: FieldWords) -> Iterator[Html]:
    """With what they are compared, and what changed."""
    yield tag("p", _with_what(look), class_="muted")
    if look.drift_unfit:
        yield tag("p", unfit_words(look.drift_unfit, named), class_="muted")
    if line := past_line_words(look.compared, named):
        yield tag("p", line)
    for field in look.compared:
        if field.is_flagged:
            yield tag("p", shift_words(field, named.get(field.name, field.name), words))


def _with_what(look: Look) -> str:
    """`The cases of 17 to 30 November 2026, compared with the first cases, of 1 to 20 September 2026.`"""
    reference = reference_words(look.drift_reference, look.steps)
    # What somebody chose says its days itself.
    of = "" if look.drift_reference.chosen else _of_days(look.drift_before)
    return f"The newest cases{_of_days(look.drift_after)}, compared with {reference}{of}."


def _of_days(span: tuple[date, date] | None) -> str:
    return f", of {days_words(*span)}" if span else ""


def _spread(look: Look, field: FieldDrift, named: Mapping[str, str], words: FieldWords) -> Html:
    """How its values are spread, before and now, and among the newest of the cases that are chosen."""
    rows = []
    for each in field.bins:
        row = [word_for(words, field.name, each.words)]
        row += [_part(each.before, field.before), _part(each.after, field.after)]
        row += [_part(*look.counts.of(field, each))] if look.counts else []
        rows.append(tuple(row))
    title = named.get(field.name, field.name)
    chosen = ("Now, of those chosen",) if look.counts else ()
    return joined(tag("h3", f"{title}: its spread"), cells(rows, ("", "Before", "Now", *chosen)))


def _part(count: int, of: int) -> str:
    """`30 of 90 (33 %)`."""
    return f"{count:,} of {of:,} ({count / of * 100:.0f} %)" if of else "–"


def _whole(look: Look, titles: Mapping[str, str]) -> Iterator[Html]:
    """How the inputs compare as a whole, and what deployed detectors say."""
    for each in look.joint_drift:
        yield tag("p", joint_words(each, titles))
    if look.joint_until:
        yield tag("p", until_words(look.joint_until), class_="muted")
    elif look.is_joint_due:
        yield tag("p", due_words(reference_words(look.drift_reference, look.steps)), class_="muted")
    for said in look.detections:
        yield tag("p", detection_words(said))
    if look.detections:
        yield tag("p", OWN_REFERENCE, class_="muted")
