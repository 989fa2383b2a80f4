"""Agreement as others compute it, and as it was published with the measures."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sklearn.metrics import cohen_kappa_score

from db.engine import Sessions
from feedback.agreement import agreement
from feedback.agreement_measures import (
    cohens_kappa,
    fleiss_kappa,
    krippendorffs_alpha,
    krippendorffs_alpha_of_numbers,
)
from tests.feedback.test_review_queue import ALL, DRAWN, NOW, filled, say, seen_by
from tests.recorded import add_cases, case_of

# Krippendorff 2011, section E: four observers, twelve units, a missing value as None.
_OBSERVED = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
UNITS = [[v for v in unit if v is not None] for unit in zip(*_OBSERVED, strict=True)]
# Fleiss' example as it is commonly given: 14 readers, 10 cases, 5 categories; kappa 0.210.
_FLEISS = (
    "0 0 0 0 14", "0 2 6 4 2", "0 0 3 5 6", "0 3 9 2 0", "2 2 8 1 1",
    "7 7 0 0 0", "3 2 6 3 0", "2 5 3 2 2", "6 5 2 1 0", "0 2 2 3 7",
)  # fmt: skip


def test_cohens_kappa_is_that_of_scikit_learn() -> None:
    drawn = random.Random(3)
    pairs = [(drawn.choice("abc"), drawn.choice("abc")) for _ in range(40)]
    pairs += [(each, each) for each in "abcab" * 12]
    found = cohens_kappa(pairs)
    expected = cohen_kappa_score(*zip(*pairs, strict=True))
    assert found.value == pytest.approx(expected)
    assert found.low is not None
    assert found.high is not None
    assert found.low < expected < found.high
    assert 0.1 < found.high - found.low < 0.4
    assert found.cases == 100


def test_fleiss_kappa_is_that_of_its_example() -> None:
    readings = [
        [place for place, count in enumerate(row.split()) for _ in range(int(count))]
        for row in _FLEISS
    ]
    assert fleiss_kappa(readings).value == pytest.approx(0.210, abs=0.0005)
    with pytest.raises(ValueError, match="as many readings"):
        fleiss_kappa([[1, 1], [1, 1, 1]])


def test_krippendorffs_alpha_is_that_of_his_example() -> None:
    assert krippendorffs_alpha(UNITS).value == pytest.approx(0.743, abs=0.0005)
    assert krippendorffs_alpha_of_numbers(UNITS).value == pytest.approx(0.849, abs=0.0005)


def test_what_is_not_defined_is_no_number() -> None:
    for measure in (
        cohens_kappa,
        fleiss_kappa,
        krippendorffs_alpha,
        krippendorffs_alpha_of_numbers,
    ):
        assert measure([]).value is None
        assert measure([(1, 1)] * 12).value is None
    few = cohens_kappa([("a", "a"), ("a", "b"), ("b", "b")])
    assert few.value is not None
    assert few.low is None


@pytest.mark.slow
def test_the_agreement_of_a_model_is_that_of_its_blind_readings(sessions: Sessions) -> None:
    """Twelve cases read twice; on one the two differ, and a third decides, which does not count. On another both say that it
    is wrong, and not what is right: that is no class."""
    add_cases(sessions, *(case_of(**DRAWN) for _ in range(12)))
    rita = filled(sessions, replace(ALL, second_share=1.0))
    bob, eve = seen_by(sessions, "bob"), seen_by(sessions, "eve")
    for place in range(12):
        says = {} if place % 3 else {"judgement": "incorrect", "truth": "Gentoo"}
        says = {"judgement": "incorrect"} if place == 4 else says
        say(rita, "rita", random=lambda: 0.5, **says)
    for place in range(12):
        says = {} if place % 3 else {"judgement": "incorrect", "truth": "Gentoo"}
        if place == 4:
            says = {"judgement": "incorrect"}
        if place == 10:
            says = {"judgement": "incorrect", "truth": "Chinstrap"}
        say(bob, "bob", **says)
    say(eve, "eve", "correct")
    found = agreement(rita, "shelf", "penguins", clock=lambda: NOW + timedelta(days=1))
    assert (found.cases, found.differ) == (12, 1)
    pairs = [("Gentoo", "Gentoo")] * 4 + [("Adelie", "Adelie")] * 6 + [("Adelie", "Chinstrap")]
    known = len(pairs)
    pairs += [("not Adelie", "not Adelie")]
    assert found.cohen
    assert found.cohen.value == pytest.approx(cohen_kappa_score(*zip(*pairs, strict=True)))
    assert found.alpha.value == pytest.approx(krippendorffs_alpha(pairs).value)
    assert list(found.readers) == ["bob", "rita"]
    assert set(found.classes) == {"Adelie", "Gentoo", "Chinstrap"}
    assert found.classes["Gentoo"].value == pytest.approx(1.0)
    assert (found.classes["Adelie"].cases, found.classes["Gentoo"].cases) == (12, known)
    of_adelie = [(one == "Adelie", other == "Adelie") for one, other in pairs]
    assert found.classes["Adelie"].value == pytest.approx(krippendorffs_alpha(of_adelie).value)
    assert found.numbers is None
    assert agreement(rita, "shelf", "other").cases == 0
    assert agreement(seen_by(sessions, "ada", "analyst")).cases == 0
