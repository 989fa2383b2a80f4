"""Numbers of which there are a few whole values are compared value by value: they are codes rather than places on a scale."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from db.engine import Sessions
from health.chosen_counts import chosen_fields
from health.cohort import Cohort
from health.drift.began import began
from health.drift.fields import FieldDrift, compare
from health.input_drift import InputDrift, facts_of, is_read_now
from health.overview import look
from health.reference import FIRST_CASES
from health.report import HealthReport, page
from health.titles import ANSWER
from tests.recorded import NUMBER, add_cases, case_of

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


def _of(name: str, before: list[object], after: list[object]) -> FieldDrift:
    (found,) = compare([{name: value} for value in before], [{name: value} for value in after])
    return found


def test_each_code_is_a_value_of_its_own() -> None:
    found = _of("sex", [1, 2.0, None] * 20, [1.0, 1, 1, 2] * 10)
    assert not found.is_number
    assert {b.words: (b.before, b.after) for b in found.bins} == {"1": (20, 30), "2": (20, 10)}
    assert all(b.bounds is None and b.can_be_found for b in found.bins)
    assert found.missing == (pytest.approx(1 / 3), 0.0)


def test_a_scale_stays_one() -> None:
    ages = [*range(20, 60)]
    assert _of("age", ages, ages).is_number
    assert _of("share", [0.5, 1.0] * 20, [0.5, 1.0] * 20).is_number
    assert _of("ended", [1, 2] * 20, [1, float("inf")] * 20).is_number
    assert _of(ANSWER, [1.0, 2.0] * 20, [1.0, 2.0] * 20).is_number


def test_a_new_code_is_one_that_was_never_there_and_its_day_is_found() -> None:
    found = _of("sex", [1, 2] * 40, [1, 2, 9, 9] * 20)
    assert (found.unseen, found.outside, found.is_flagged) == (("9",), 40, True)
    kept = facts_of(InputDrift(fields=[found], before=None, after=None))
    assert is_read_now(kept, FIRST_CASES)
    assert not is_read_now({**kept, "rules": 1}, FIRST_CASES), (
        "a former release took codes for a scale"
    )
    day = NOW.date()
    rows = [(day - timedelta(days=n), {"sex": 9.0 if n < 4 else 1}) for n in range(9)]
    assert began(found, rows) == day - timedelta(days=3)


def test_the_cases_of_a_code_are_those_with_this_number_however_it_was_written(
    sessions: Sessions,
) -> None:
    sexes = [1, 1.0, 2, 2.0, 2]
    old, new = NOW - timedelta(days=40), NOW - timedelta(days=1)
    add_cases(
        sessions,
        *(case_of(created_at=at, entered={"sex": sexes[n % 5]}, **NUMBER) for at in (old, new) for n in range(40)),
    )  # fmt: skip
    for value, n in (("1", 32), ("2", 48), ("1.0", 32)):
        found = look(
            sessions, "shelf", "penguins", Cohort(values=(("sex", value),)), clock=lambda: NOW
        )
        assert found is not None
        assert found.answered == n


def test_counts_under_the_bars_are_of_the_cases_that_are_chosen(sessions: Sessions) -> None:
    """With two chips, each field counts what both leave, and a field that is chosen by what the other leaves."""
    old, new = NOW - timedelta(days=40), NOW - timedelta(days=1)
    rows = [
        {"sex": 1 + n % 2, "island": "Dream" if n % 4 < 2 else "Biscoe", "mass": 4_000.0 + n}
        for n in range(80)
    ]
    label = {"kind": "class", "label": "Gentoo", "probabilities": {}}
    other = {"kind": "class", "label": "Adelie", "probabilities": {}}
    add_cases(
        sessions,
        *(
            case_of(
                created_at=at,
                entered=row,
                answer=label if n < 20 else other,
                answer_label="Gentoo" if n < 20 else "Adelie",
            )
            for at in (old, new)
            for n, row in enumerate(rows)
        ),
    )
    cohort = Cohort(since=NOW - timedelta(days=60), values=(("island", "Dream"),), answer="Gentoo")
    found = look(sessions, "shelf", "penguins", cohort, clock=lambda: NOW)
    assert found is not None
    assert found.counts is not None
    fields = {field.name: field for field in found.compared}

    def counted(name: str) -> dict[str, tuple[int, int]]:
        return {b.words: found.counts.of(fields[name], b) for b in fields[name].bins}

    assert counted("sex") == {"1": (5, 10), "2": (5, 10)}
    assert counted("island") == {"Dream": (10, 20), "Biscoe": (10, 20)}
    assert counted(ANSWER) == {"Gentoo": (10, 40), "Adelie": (30, 40)}
    assert [n for n, _ in counted("mass").values()] == [4, 4, 2, *[0] * 7]
    assert [f.name for f in chosen_fields(found.compared, cohort)] == [ANSWER, "island"]
    words = {"sex": {"1": "male", "2": "female"}}
    printed = page(
        HealthReport(look=found, rows=[], titles={}, chosen=(), at=NOW, words=words, cohort=cohort)
    )
    assert "island: its spread" in printed
    assert "sex: its spread" not in printed
    assert "40 of 80 (50 %)" in printed
    assert "10 of 20 (50 %)" in printed
    assert "The newest cases, of 31 May 2025, compared with the first cases, of 22 April 2025." in printed  # fmt: skip
    every = look(sessions, "shelf", "penguins", Cohort(since=cohort.since), clock=lambda: NOW)
    assert every is not None
    assert every.counts is None
