"""Estimates against the truth: the intervals hold it as often as they say."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.estimates import (
    Estimate,
    Group,
    LeftOut,
    accuracy,
    naive,
    rate,
    weight_of_each,
    wilson,
)
from health.status import accuracy_words, checks_for, left_out_words

TRUE = 0.843
REPORTED = {True: 0.05, False: 0.30}  # wrong answers are reported six times as often


def groups(**changes: object) -> st.SearchStrategy[list[Group]]:
    one = st.builds(
        Group,
        probability=st.sampled_from([0.0, 0.01, 0.1, 0.5, 1.0]),
        is_audited=st.booleans(),
        is_volunteered=st.booleans(),
        is_right=st.sampled_from([True, False, None]),
        cases=st.integers(1, 5_000),
    )
    return st.lists(one, max_size=12)


@given(st.floats(0, 1), st.floats(0, 1e7))
def test_wilson_stays_within_0_and_1_and_holds_the_share(share: float, n: float):
    low, high = wilson(share, n)
    assert 0 <= low <= share <= high <= 1


def test_wilson_as_published():
    # Newcombe (1998), table I: 81 of 263, and 0 of 20, method 3.
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_more_cases_make_it_narrower():
    widths = [high - low for low, high in (wilson(0.8, n) for n in (10, 100, 1_000))]
    assert widths == sorted(widths, reverse=True)


def test_nothing_is_known_of_no_cases():
    nothing = rate(0, 0)
    assert (nothing.value, nothing.low, nothing.high) == (None, 0.0, 1.0)
    assert str(nothing) == "not enough evidence (n=0)"
    assert str(rate(3, 1_000)) == "0.3 % (0–1 %), n=1,000"


@given(groups())
def test_an_accuracy_stays_within_0_and_1_whatever_was_counted(counted: list[Group]):
    found = accuracy(counted)
    assert 0 <= found.n <= found.of <= sum(group.cases for group in counted)
    if found.enough:
        assert 0 <= found.low <= found.value <= found.high <= 1
    else:
        assert (found.value, found.low, found.high) == (None, None, None)


def test_in_the_words_of_a_person():
    counted = [_drawn(122, True), _drawn(20, False), _silent(2_168)]
    assert str(accuracy(counted)) == "86 % (79–91 %), n=142 of 2,310"
    none = Estimate(value=0.0, low=0.0, high=0.0, n=40, of=40, drawn=40, enough=True)
    assert str(none) == "0 % (0–0 %), n=40 of 40"
    assert str(accuracy([_drawn(3, True), _silent(37)])) == "3 of 3 drawn cases judged so far"


@pytest.mark.parametrize(("judged", "enough"), [(9, False), (10, True)])
def test_ten_audited_cases_are_the_least(judged: int, enough: bool):
    assert accuracy([_drawn(judged, True), _silent(500)]).enough is enough


def test_volunteered_feedback_alone_is_no_evidence_of_accuracy():
    flagged = Group(
        probability=0.1, is_audited=False, is_volunteered=True, is_right=False, cases=400
    )
    assert accuracy([flagged, _silent(2_000)]) == Estimate(
        value=None, low=None, high=None, n=0, of=2_400, drawn=0, enough=False
    )


def test_cases_without_a_chance_of_audit_are_not_spoken_for():
    never = Group(probability=0, is_audited=False, is_volunteered=False, is_right=None, cases=99)
    assert accuracy([_drawn(20, True), _silent(180), never]).of == 200


def test_what_is_known_for_certain_is_never_contradicted():
    wrong = Group(probability=0.2, is_audited=False, is_volunteered=True, is_right=False, cases=40)
    found = accuracy([_drawn(10, True, 0.2), wrong])
    assert found.value == pytest.approx(0.2)
    assert found.low <= 0.2 <= found.high < 0.35


def test_when_every_case_was_judged_they_are_counted():
    found = accuracy([_drawn(1, True), _judged(79, True), _judged(20, False)])
    assert (found.value, found.n, found.of) == (0.8, 100, 100)
    assert (found.low, found.high) == wilson(0.8, 100)


def test_probabilities_that_changed_are_weighted():
    """Half the cases were audited at 50 %, all right; half at 5 %, all wrong: the truth is 0.5."""
    often = [_drawn(500, True, 0.5), _silent(500, 0.5)]
    seldom = [_drawn(50, False, 0.05), _silent(950, 0.05)]
    found = accuracy(often + seldom)
    assert found.value == pytest.approx(0.5)
    assert naive(often + seldom) == pytest.approx(0.91, abs=0.01)
    # The effective number of cases is nearer to 50 than to 550.
    assert found.high - found.low > 0.14


def _checked(version: str, right: int, wrong: int, silent: int, p: float = 0.1) -> list[Group]:
    found = [_drawn(right, True, p), _drawn(wrong, False, p), _silent(silent, p)]
    return [replace(group, version=version) for group in found if group.cases]


def test_answers_that_nobody_checked_are_left_out_and_told() -> None:
    """1,200 answers of version 1, of which 97 of 100 are right; then a file of 6,000 rows for version 2."""
    known, drawn = _checked("1", 97, 3, 1_100), replace(_silent(600), is_audited=True)
    rows = [replace(each, version="2", is_row=True) for each in (drawn, _silent(5_400))]
    found, before = accuracy(known + rows), accuracy(known)
    assert (found.value, found.of) == (0.97, 1_200)
    assert replace(found, left_out=()) == before
    assert found.left_out == (LeftOut(version="2", kind="all", cases=6_000, judged=0, waiting=600),)
    assert accuracy_words(found) == (
        "97 % of 1,200 answers, of 7,200 in all, are right (95 % interval 92–99 %). Left out: version 2 with 6,000 of "
        "7,200 answers. Nobody has checked any of them, so nothing is known of them."
    )
    assert checks_for(found) == 10 + checks_for(before)
    # One answer of a new version is no reason to speak of it.
    assert left_out_words(accuracy([*known, replace(_silent(1), version="2")])) == ""

    of_one = [replace(each, version="1", is_row=True) for each in (drawn, _silent(5_400))]
    reported = replace(_drawn(4, False), version="3", is_volunteered=True)
    asked = replace(_silent(900), version="3", is_audited=True)
    assert left_out_words(accuracy([*known, *of_one, reported, asked])) == (
        "Left out: rows of files of version 1 with 6,000 of 8,104 answers and version 3 with 904. Of them only what "
        "somebody reported is judged, which is mostly what is wrong."
    )


def test_a_version_counts_with_its_share_of_the_answers_not_of_the_checks() -> None:
    """Three quarters of the answers are of a version of which few were checked."""
    found = accuracy([*_checked("1", 95, 5, 900), *_checked("2", 12, 8, 2_980)])
    assert found.value == pytest.approx((1_000 * 0.95 + 3_000 * 0.6) / 4_000)
    own = wilson(0.6, 20)
    assert found.low == pytest.approx(found.value - 0.75 * (0.6 - own[0]), abs=0.003)
    width = wilson(found.value, found.effective)
    assert width[1] - width[0] == pytest.approx(found.high - found.low)
    weights = weight_of_each([*_checked("1", 95, 5, 900), *_checked("2", 12, 8, 2_980)])
    assert weights == {("1", False, 0.1, False): 10.0, ("2", False, 0.1, False): 150.0}


SETTINGS = {
    "all drawn cases are judged": {"reply": 1.0, "marked": False},
    "a third of them never is": {"reply": 0.67, "marked": False},
    "who would have spoken anyway is marked": {"reply": 1.0, "marked": True},
    "marked, and half of the rest is judged": {"reply": 0.5, "marked": True},
}


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.slow
def test_the_interval_holds_the_truth_95_times_in_100(setting: dict):
    random = np.random.default_rng(20250601)
    found = [accuracy(_simulated(random, **setting)) for _ in range(3_000)]
    assert all(estimate.enough for estimate in found)
    covered = np.mean([estimate.low <= TRUE <= estimate.high for estimate in found])
    assert 0.93 <= covered <= 0.975
    assert np.mean([estimate.value for estimate in found]) == pytest.approx(TRUE, abs=0.003)


def test_the_share_of_thumbs_fails_every_time():
    random = np.random.default_rng(20250602)
    shares = [naive(_simulated(random, reply=0.0, marked=False)) for _ in range(500)]
    assert np.mean(shares) == pytest.approx(0.47, abs=0.02)
    assert max(shares) < TRUE


def test_adding_the_flagged_cases_to_the_audited_ones_fails():
    """Why volunteered cases are no stratum of their own here: the audited ones stand for them too."""
    random = np.random.default_rng(20250603)
    found = [
        _flagged_beside_audited(_simulated(random, reply=1.0, marked=False)) for _ in range(500)
    ]
    assert np.mean(found) < TRUE - 0.02


def _simulated(
    random: np.random.Generator, *, reply: float, marked: bool, n: int = 2_310, p: float = 0.1
) -> list[Group]:
    """What a month looks like. `marked`: who speaks unasked on a drawn case is known to have."""
    right = random.random(n) < TRUE
    drawn = random.random(n) < p
    speaks = random.random(n) < np.where(right, REPORTED[True], REPORTED[False])
    volunteered = speaks & (marked | ~drawn)
    judged = volunteered | (drawn & (random.random(n) < reply))
    return [
        Group(
            probability=p,
            is_audited=is_drawn,
            is_volunteered=spoke,
            is_right=verdict,
            cases=int(count),
        )
        for is_drawn in (True, False)
        for spoke in (True, False)
        for verdict, which in ((True, right & judged), (False, ~right & judged), (None, ~judged))
        if (count := np.sum(which & (drawn == is_drawn) & (volunteered == spoke)))
    ]


def _flagged_beside_audited(counted: list[Group]) -> float:
    flagged = [group for group in counted if group.is_volunteered]
    audited = [group for group in counted if group.is_audited]
    n = sum(group.cases for group in counted)
    rest = n - sum(group.cases for group in flagged)
    return (sum(g.cases for g in flagged if g.is_right) + rest * naive(audited)) / n


def _drawn(cases: int, is_right: bool, probability: float = 0.1) -> Group:
    return Group(
        probability=probability,
        is_audited=True,
        is_volunteered=False,
        is_right=is_right,
        cases=cases,
    )


def _judged(cases: int, is_right: bool) -> Group:
    return Group(
        probability=0.1, is_audited=False, is_volunteered=False, is_right=is_right, cases=cases
    )


def _silent(cases: int, probability: float = 0.1) -> Group:
    return Group(
        probability=probability,
        is_audited=False,
        is_volunteered=False,
        is_right=None,
        cases=cases,
    )
