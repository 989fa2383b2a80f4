"""How many of the newest cases that are looked at have each value or range of the fields that are compared: where somebody chose some of them,
what is compared is of more cases (health/input_drift.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import db.health_cases
from db.engine import Session
from db.health import Selection
from health.cohort import Cohort
from health.drift.fields import OTHERS, Bin, FieldDrift, Row, named
from health.drift.sketches import is_missing
from health.input_drift import InputDrift
from health.outliers.encoding import as_number
from health.reference import begin_of
from health.summary import ESTIMATED
from health.titles import ANSWER

# So many of the newest are counted.
MOST = 2_000


@dataclass(frozen=True, kw_only=True)
class ChosenCounts:
    """By the name of a field, how many cases have a value, and how many each of its bins, in their order."""

    known: Mapping[str, int]
    bins: Mapping[str, Sequence[int]]

    def of(self, field: FieldDrift, found: Bin) -> tuple[int, int]:
        """How many have a value or range of a field, of how many."""
        return self.bins[field.name][field.bins.index(found)], self.known[field.name]


def chosen_counts(
    session: Session, drift: InputDrift, everything: Selection, cohort: Cohort
) -> ChosenCounts | None:
    """Those of the days of the newest cases, as far as they are of a cohort; None where it is of all of them. Of a field by which cases are
    chosen, it counts those that the other choices leave: else there would be one value alone."""
    if cohort == Cohort(since=cohort.since) or drift.after is None:
        return None
    compared = [*([drift.answer] if drift.answer else []), *drift.fields]
    read: dict[Cohort, list[Row]] = {}
    known, bins = {}, {}
    for field in compared:
        rest = _without(cohort, field.name)
        if rest not in read:
            read[rest] = _rows(session, rest.of(everything), drift.after)
        values = [row.get(field.name) for row in read[rest]]
        there = [value for value in values if not is_missing(value)]
        known[field.name], bins[field.name] = len(there), _counted(field, there)
    return ChosenCounts(known=known, bins=bins)


def chosen_fields(compared: Sequence[FieldDrift], cohort: Cohort) -> list[FieldDrift]:
    """The field whose value or range is chosen, and the answer where one of its is."""
    names = {part[0] for part in (*cohort.values, *cohort.within)}
    if cohort.answer is not None or cohort.number is not None:
        names.add(ANSWER)
    return [field for field in compared if field.name in names and field.bins]


def _without(cohort: Cohort, name: str) -> Cohort:
    """Without what chooses by a field, or by the answer."""
    if name == ANSWER:
        return replace(cohort, answer=None, number=None)
    return replace(
        cohort,
        values=tuple(each for each in cohort.values if each[0] != name),
        within=tuple(each for each in cohort.within if each[0] != name),
    )


def _rows(session: Session, selection: Selection, days: tuple[date, date]) -> list[Row]:
    """What was entered and answered in the cases of a selection that are of these days."""
    first, end = begin_of(days[0]), begin_of(days[1]) + timedelta(days=1)
    of = replace(
        selection,
        purposes=ESTIMATED,
        since=max(first, selection.since or first),
        until=min(end, selection.until or end),
    )
    cases = db.health_cases.inputs_and_answers(session, of, MOST)
    return [{**case.entered, ANSWER: case.answer} for case in cases]


def _counted(field: FieldDrift, values: Sequence[object]) -> list[int]:
    """How many of the values each bin of a field has."""
    words = Counter(map(named, values))
    shown = {each.words for each in field.bins}
    words[OTHERS] += sum(n for word, n in words.items() if word not in shown)
    numbers = [as_number(value) for value in values] if field.is_number else []
    return [
        sum(each.bounds[0] < number <= each.bounds[1] for number in numbers)
        if each.bounds
        else words[each.words]
        for each in field.bins
    ]
