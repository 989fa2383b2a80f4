"""Each chip of Health is the same cases in the figures, in the table of requests, and in the list of cases."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from cases.search import CaseFilter, search
from db.engine import Sessions
from feedback.submission import submit
from health.cohort import EVERY, Cohort
from health.overview import look
from health.summary import recent_series, summarise
from tests.recorded import FAILED, NUMBER, add_cases, case_of

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
DRAWN = {"is_audited": True, "audit_draw": 0.01}
NOTES = ("so", "longer", "", None)
BILLS: tuple[object, ...] = (39.5, 40, 41.25, "41", None, math.inf, math.nan, True)
SURE = (0.55, 0.8, 0.85, 0.9, 1.0)


@pytest.fixture
def filled(sessions: Sessions) -> Sessions:
    """Forty answered cases of eight days, with odd values, some judged by two channels; and three that failed."""
    cases = [
        case_of(
            created_at=NOW - timedelta(days=n % 8),
            entered={"bill": BILLS[n % 8], "it's odd": n, "note": NOTES[n % 4]},
            answer={"kind": "class", "label": "Adelie", "probabilities": {"Adelie": SURE[n % 5]}},
            **DRAWN,
        )
        for n in range(40)
    ]
    kept = add_cases(
        sessions,
        *cases,
        *[case_of(created_at=NOW, entered={"note": 5}, **FAILED) for _ in range(3)],
    )
    for n in range(12):
        channel = "audit" if n % 3 else "volunteered"
        submit(sessions, case_id=kept[n].id, person="ada", judgement="correct", key=f"k{n}", channel=channel)  # fmt: skip
    return sessions


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cohort", "wanted", "n"),
    [
        (Cohort(within=(("bill", 39.5, 41.25),)), CaseFilter(within=(("bill", 39.5, 41.25),)), 10),
        (Cohort(within=(("bill", -math.inf, 40),)), CaseFilter(within=(("bill", -math.inf, 40),)), 10),
        (Cohort(within=(("it's odd", 29, math.inf),)), CaseFilter(within=(("it's odd", 29, math.inf),)), 10),
        (Cohort(within=(("length(note)", -math.inf, 4.5),)), CaseFilter(within=(("length(note)", -math.inf, 4.5),)), 10),
        (Cohort(within=(("length(note)", 4.5, math.inf),)), CaseFilter(within=(("length(note)", 4.5, math.inf),)), 10),
        (Cohort(values=(("note", ""),)), CaseFilter(values=(("note", ""),)), 20),
        (Cohort(values=(("note", ""), ("it's odd", "2"))), CaseFilter(values=(("note", ""), ("it's odd", "2"))), 1),
        (Cohort(values=(("note", "so"),), within=(("bill", 39.5, 41), ("it's odd", -math.inf, 19))),
         CaseFilter(values=(("note", "so"),), within=(("bill", 39.5, 41), ("it's odd", -math.inf, 19))), 0),
        (Cohort(values=(("note", "longer"),), within=(("bill", 39.5, 41), ("it's odd", -math.inf, 19))),
         CaseFilter(values=(("note", "longer"),), within=(("bill", 39.5, 41), ("it's odd", -math.inf, 19))), 3),
        (Cohort(sure=(0.8, 0.9)), CaseFilter(sure=(0.8, 0.9)), 16),
        (Cohort(sure=(0.9, 1.0)), CaseFilter(sure=(0.9, 1.0)), 16),
        (Cohort(channel="audit"), CaseFilter(channel="audit"), 8),
        (Cohort(outcome="failed"), CaseFilter(outcome="failed"), 3),
        (Cohort(sure=(0.8, 0.9), channel="volunteered"), CaseFilter(sure=(0.8, 0.9), channel="volunteered"), 1),
    ],
)  # fmt: skip
def test_a_chip_is_the_same_cases_everywhere(
    filled: Sessions, cohort: Cohort, wanted: CaseFilter, n: int
) -> None:
    assert len(search(filled, wanted).lines) == n
    assert sum(row.cases for row in summarise(filled, cohort=cohort)) == n
    assert sum(p.cases for p in recent_series(filled, cohort=cohort, clock=lambda: NOW)) == n
    found = look(filled, "shelf", "penguins", cohort, clock=lambda: NOW)
    assert found is not None
    assert found.standing.cases == n
    assert found.answered == (0 if cohort.outcome else n)


def test_what_only_answered_cases_have_says_nothing_of_what_failed(filled: Sessions) -> None:
    for cohort in (Cohort(answer="Adelie"), Cohort(truth="Adelie"), Cohort(outcome="failed")):
        found = look(filled, "shelf", "penguins", cohort, clock=lambda: NOW)
        assert found is not None
        assert found.failed.value is None
        assert all(row.error_rate.value is None for row in summarise(filled, cohort=cohort))
    whole = look(filled, "shelf", "penguins", Cohort(version="v1"), clock=lambda: NOW)
    assert whole is not None
    assert (whole.failed.count, whole.failed.n) == (3, 43)


def test_of_one_answer_no_recall_is_known_and_of_one_truth_no_precision(filled: Sessions) -> None:
    def known(cohort: Cohort) -> tuple[bool, bool, bool]:
        found = look(filled, "shelf", "penguins", cohort, clock=lambda: NOW)
        assert found is not None
        (only,) = found.details.classes
        first, second, third = only.precision, only.recall, only.f1
        return first.value is not None, second.value is not None, third.value is not None

    assert known(EVERY) == (True, True, True)
    assert known(Cohort(answer="Adelie")) == (True, False, False)
    assert known(Cohort(truth="Adelie")) == (False, True, False)


def test_a_truth_on_which_people_disagree_has_as_many_cases_as_its_cell(
    sessions: Sessions,
) -> None:
    answered = {"answer_label": "Adelie", "answer": {"kind": "class", "label": "Adelie"}}
    kept = add_cases(sessions, *(case_of(**DRAWN, **answered, created_at=NOW) for _ in range(12)))
    truths = ("Gentoo", "Adelie", "Gentoo")
    for n, case in enumerate(kept):
        submit(sessions, case_id=case.id, person="ada", judgement="incorrect", truth="Gentoo",
            key=f"a{n}", channel="audit")  # fmt: skip
        truth = truths[n % 3]
        submit(sessions, case_id=case.id, person="rita", key=f"r{n}", channel="review",
            judgement="correct" if truth == "Adelie" else "incorrect", truth=truth)  # fmt: skip
    every = look(sessions, "shelf", "penguins", clock=lambda: NOW)
    assert every is not None
    table = every.details.confusion
    cells = dict(zip(table.labels, table.counts.sum(axis=1).tolist(), strict=True))
    assert cells == {"Adelie": 4, "Gentoo": 8}
    for truth, n in cells.items():
        assert len(search(sessions, CaseFilter(truth=truth)).lines) == n
        found = look(sessions, "shelf", "penguins", Cohort(truth=truth), clock=lambda: NOW)
        assert found is not None
        assert (found.standing.cases, found.details.n, found.standing.accuracy.n) == (n, n, n)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cohort", "wanted", "n"),
    [
        (Cohort(number=(10, 12)), CaseFilter(number=(10, 12)), 2),
        (Cohort(number=(-math.inf, 12)), CaseFilter(number=(-math.inf, 12)), 13),
        (Cohort(number=(17, math.inf)), CaseFilter(number=(17, math.inf)), 2),
        (Cohort(number=(-math.inf, math.inf)), CaseFilter(number=(-math.inf, math.inf)), 20),
        (Cohort(answer="true"), CaseFilter(answer="true"), 3),
        (Cohort(answer="yes"), CaseFilter(answer="yes"), 1),
    ],
)
def test_a_chip_of_answers_is_the_same_cases_everywhere(
    sessions: Sessions, cohort: Cohort, wanted: CaseFilter, n: int
) -> None:
    numbers = [case_of(**NUMBER | {"answer_number": float(i)}, created_at=NOW) for i in range(20)]
    labels = [case_of(answer_label=label, created_at=NOW) for label in ("True",) * 3 + ("yes",)]
    add_cases(sessions, *numbers, *labels)
    assert len(search(sessions, wanted).lines) == n
    assert sum(row.cases for row in summarise(sessions, cohort=cohort)) == n
    found = look(sessions, "shelf", "penguins", cohort, clock=lambda: NOW)
    assert found is not None
    assert found.standing.cases == n
