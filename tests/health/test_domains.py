"""A slice has one figure: in the table, chosen as a cohort, and in the row of its version."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from db.engine import Sessions
from feedback.submission import submit
from health.cohort import EVERY, Cohort
from health.domains import accuracy_within
from health.estimates import Estimate, Group, accuracy
from health.overview import Look, look
from health.slices import Slice
from health.summary import summarise
from tests.recorded import add_cases, case_of
from ui.cases.chips import values_of, withins_of
from ui.health.address import part_of, with_chips

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


def _fill(sessions: Sessions, *, is_all_judged: bool = False) -> None:
    """Two versions, rows of files, two audit probabilities; wrong answers are reported more often than right ones, and versions are
    checked to different parts."""
    random, cases, said = Random(5), [], []
    for n in range(700):
        version, purpose = random.choice(("v1", "v2", "v2")), random.choice(("asked", "batch"))
        island, probability = random.choice(("Biscoe", "Dream")), random.choice((0.2, 0.5))
        is_right = random.random() < (0.6 if island == "Dream" else 0.9)
        is_drawn = random.random() < probability
        cases.append(
            case_of(
                created_at=NOW - timedelta(days=n % 40),
                version=version,
                purpose=purpose,
                entered={"island": island, "sex": random.choice(("cock", "hen")), "bill": 30 + n % 23},
                audit_probability=probability,
                is_audited=is_drawn,
                audit_draw=0.01,
            )
        )  # fmt: skip
        is_told = is_all_judged or random.random() < (0.1 if is_right else 0.3)
        is_checked = is_drawn and random.random() < (0.8 if version == "v1" else 0.5)
        channel = "volunteered" if is_told else "audit"
        said.append((is_right, channel) if is_told or is_checked else None)
    for case, statement in zip(add_cases(sessions, *cases), said, strict=True):
        if statement:
            judgement = "correct" if statement[0] else "incorrect"
            submit(sessions, case_id=case.id, person="ada", judgement=judgement, key=case.id, channel=statement[1])  # fmt: skip


def _look(sessions: Sessions, cohort: Cohort) -> Look:
    found = look(sessions, "shelf", "penguins", cohort, protected=("sex",), clock=lambda: NOW)
    assert found is not None
    return found


def _figure(found: Estimate) -> tuple[object, ...]:
    return found.value, found.low, found.high, found.n


def _cohort(chips: dict[str, str], **more: object) -> Cohort:
    values, within = values_of(chips.get("value", "")), withins_of(chips.get("within", ""))
    return Cohort(values=values, within=within, **more)  # type: ignore[arg-type]


def _chips(found: Slice, there: dict[str, str]) -> dict[str, str]:
    return with_chips(there, part_of(found.field, found.value, found.bounds))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("chips", "more"),
    [
        ({}, {}),
        ({}, {"version": "v2"}),
        ({}, {"since": NOW - timedelta(days=30)}),
        ({"value": "sex=hen"}, {}),
    ],
    ids=["all", "version", "days", "slice"],
)
def test_a_slice_has_the_figure_of_its_cases_chosen_alone(
    sessions: Sessions, chips: dict[str, str], more: dict[str, object]
) -> None:
    _fill(sessions)
    whole = _look(sessions, _cohort(chips, **more))
    assert len(whole.details.slices) >= 6
    for each in whole.details.slices:
        chosen = _cohort(_chips(each, chips), **more)
        alone = _look(sessions, chosen)
        right = each.right
        assert _figure(alone.standing.accuracy) == pytest.approx((right.value, right.low, right.high, right.n), abs=1e-9)  # fmt: skip
        assert alone.details.n == right.n
        rows = {row.version: row.accuracy for row in summarise(sessions, cohort=chosen)}
        lines = {line.version: line.accuracy for line in alone.versions}
        assert {v: _figure(row) for v, row in rows.items()} == {v: _figure(lines[v]) for v in rows}
        if "version" in more:
            assert _figure(rows["v2"]) == _figure(alone.standing.accuracy)


@pytest.mark.slow
def test_a_group_has_the_figure_of_its_cases_chosen_alone(sessions: Sessions) -> None:
    _fill(sessions)
    for rate in _look(sessions, EVERY).details.groups[0].rates:
        cohort = _cohort({"value": f"sex={rate.value}"}, truth=rate.truth)
        found = _look(sessions, cohort).standing.accuracy
        wrong = rate.wrong
        assert wrong.value is not None
        assert _figure(found) == pytest.approx(
            (1 - wrong.value, 1 - wrong.high, 1 - wrong.low, wrong.n), abs=1e-9
        )


@pytest.mark.slow
def test_where_every_case_was_judged_a_slice_is_counted(sessions: Sessions) -> None:
    _fill(sessions, is_all_judged=True)
    whole = _look(sessions, EVERY)
    assert whole.standing.accuracy.n == whole.details.n == 700
    for each in whole.details.slices:
        found = _look(sessions, _cohort(_chips(each, {})))
        right = each.right
        assert _figure(found.standing.accuracy) == pytest.approx((right.value, right.low, right.high, right.n), abs=1e-9)  # fmt: skip
        assert right.n == found.answered


def test_a_part_that_is_all_has_the_figure_of_all() -> None:
    groups = [
        Group(version=version, is_row=is_row, probability=0.2, is_audited=True, is_volunteered=False, is_right=is_right, cases=cases)
        for version, is_row, is_right, cases in [
            ("1", False, True, 40), ("1", False, False, 10), ("1", False, None, 20),
            ("1", True, True, 5), ("1", True, False, 2), ("2", False, True, 8), ("2", False, None, 12),
        ]
    ]  # fmt: skip
    groups.append(
        Group(version="2", probability=0.2, is_audited=False, is_volunteered=False, is_right=None, cases=400)
    )  # fmt: skip
    assert accuracy_within(groups, groups) == accuracy(groups)


def test_the_classes_of_the_whole_weigh_within_a_part() -> None:
    """By hand: version 1 was checked in a half, version 2 in a tenth of what was drawn; each was drawn with a chance of 0.5."""

    def group(version: str, right: bool | None, cases: int) -> Group:
        return Group(version=version, probability=0.5, is_audited=True, is_volunteered=False, is_right=right, cases=cases)  # fmt: skip

    whole = [group("1", True, 50), group("1", None, 50), group("2", True, 10), group("2", None, 90)]
    part = [group("1", True, 10), group("2", False, 2), group("1", None, 4)]
    # A judged case of version 1 stands for 2 answers, one of version 2 for 10.
    found = accuracy_within(part, whole)
    assert found.value == pytest.approx(10 * 2 / (10 * 2 + 2 * 10))
    assert (found.n, found.of, found.drawn) == (12, 16, 16)
