"""Figures of judged cases: the same as those of scikit-learn and SciPy where these define the same thing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics
from sklearn.calibration import calibration_curve

from health.calibration import calibration
from health.calibration_words import sentence
from health.classification import OTHERS, Verdict, by_class, confusion
from health.comparison import compare, compare_numbers
from health.estimates import wilson
from health.regression import far_truths, number_errors
from health.weighted import checks_needed, mean, median, share

EXACT = {"rel": 1e-9, "abs": 1e-9}
LABELS = ("Adelie", "Chinstrap", "Gentoo")


def _verdicts(n: int = 300) -> tuple[list[Verdict], np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    truth = random.choice(LABELS, n, p=[0.5, 0.3, 0.2])
    answer = np.where(random.random(n) < 0.8, truth, random.choice(LABELS, n))
    weight = random.choice([1.0, 2.5, 10.0], n)
    made = [Verdict(answer=a, truth=t, weight=w) for a, t, w in zip(answer, truth, weight)]  # noqa: B905
    return made, truth, answer, weight


def test_confusion_precision_recall_and_f1_are_those_of_scikit_learn() -> None:
    made, truth, answer, weight = _verdicts()
    assert (confusion(made).counts == metrics.confusion_matrix(truth, answer)).all()
    theirs = metrics.precision_recall_fscore_support(truth, answer, sample_weight=weight)
    ours = by_class(made)
    assert [found.label for found in ours] == list(LABELS)
    for number, found in enumerate(ours):
        values = (found.precision.value, found.recall.value, found.f1.value)
        assert values == pytest.approx([theirs[k][number] for k in range(3)], **EXACT)
        assert found.f1.low < found.f1.value < found.f1.high


def test_what_is_wrong_without_a_truth_counts_against_precision_alone() -> None:
    made = [Verdict(answer="a", truth="a")] * 3 + [Verdict(answer="a", truth=None)]
    (found,) = by_class(made)
    assert (found.precision.value, found.recall.value) == (0.75, 1.0)
    assert (confusion(made).unknown, confusion(made).counts.tolist()) == (1, [[3]])


def test_ten_thousand_classes_are_a_dozen_and_others() -> None:
    made = [Verdict(answer=f"c{n % 10_000}", truth="c1") for n in range(10_000)]
    found = confusion(made)
    assert found.labels[-1] == OTHERS
    assert len(found.labels) == 13
    assert found.counts.sum() == 10_000
    assert len(by_class(made)) == 12


def test_nothing_is_known_of_no_cases() -> None:
    assert confusion([]).labels == ()
    assert by_class([]) == []
    assert calibration([], [], []).ece is None
    assert number_errors([], [], []).mae.value is None
    assert compare([]).difference is None
    assert share([]).value is None


def test_reliability_ece_and_brier_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(4)
    said = random.uniform(0.3, 1, 500)
    right = random.random(500) < said**2
    found = calibration(said, right, np.ones(500))
    theirs_right, theirs_said = calibration_curve(right, said, n_bins=10)
    assert [b.right.value for b in found.bins] == pytest.approx(theirs_right, **EXACT)
    assert [b.said for b in found.bins] == pytest.approx(theirs_said, **EXACT)
    counts = np.array([b.right.n for b in found.bins])
    ece = float(np.sum(counts / 500 * np.abs(theirs_right - theirs_said)))
    assert found.ece == pytest.approx(ece, **EXACT)
    assert found.brier == pytest.approx(metrics.brier_score_loss(right, said), **EXACT)
    assert found.is_off


def test_true_probabilities_are_not_called_off_though_their_ece_is_not_0() -> None:
    random = np.random.default_rng(5)
    said = random.uniform(0.5, 1, 60)
    found = calibration(said, random.random(60) < said, np.ones(60))
    assert found.ece > 0.03
    assert not found.is_off


def test_one_wrong_answer_among_few_certain_ones_is_too_little_to_tell() -> None:
    said, right = np.full(40, 0.999), np.arange(40) > 0
    found = calibration(said, right, np.ones(40))
    assert found.low == 0 < found.by_chance < found.ece
    assert not found.is_off
    assert "too few to tell" in sentence(found)
    assert "at their word" not in sentence(found)
    worse = calibration(said, np.arange(40) > 12, np.ones(40))
    assert worse.is_off
    assert "do not take the probabilities at their word" in sentence(worse)
    assert sentence(calibration([0.5] * 40, np.arange(40) > 19, np.ones(40))).endswith("no more than chance explains.")  # fmt: skip


def test_the_interval_of_an_ece_is_that_of_a_plain_bootstrap_and_holds_it() -> None:
    """Of a model that is too sure everywhere, so that no gap could be of the other sign by chance."""
    random = np.random.default_rng(11)
    said, weight = random.uniform(0.5, 1, 500), random.choice([1.0, 3.0], 500)
    right = random.random(500) < said - 0.2
    found = calibration(said, right, weight)
    drawn = []
    for _ in range(400):
        some = random.integers(0, 500, 500)
        drawn.append(calibration(said[some], right[some], weight[some]).ece)
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.std(drawn), rel=0.12)
    assert found.low < found.ece < found.high
    held = [_holds_ece(random) for _ in range(300)]
    assert 0.92 <= np.mean(held) <= 0.98
    few = calibration([0.9], [True], [1.0])
    assert (few.low, few.high) == (0.0, 1.0)
    assert sentence(few).startswith("Only 1 judged answer has a probability: too few")
    of_four = calibration([0.9] * 4, [False] * 4, [1.0] * 4)
    assert (of_four.low, of_four.high) == (0.0, 1.0)


def _holds_ece(random: np.random.Generator) -> bool:
    said = random.uniform(0.5, 1, 200)
    found = calibration(said, random.random(200) < said - 0.2, np.ones(200))
    return found.low <= 0.2 <= found.high


def test_what_is_no_probability_is_left_out() -> None:
    assert calibration([0.9, math.nan, 1.7, -0.1], [True] * 4, [1.0] * 4).n == 1


def test_errors_of_numbers_are_those_of_scikit_learn_and_their_interval_that_of_scipy() -> None:
    random = np.random.default_rng(6)
    truth = random.normal(150, 60, 80)
    answer = truth + random.normal(5, 20, 80)
    weight = random.choice([1.0, 4.0], 80)
    found = number_errors(answer, truth, weight)
    mae = metrics.mean_absolute_error(truth, answer, sample_weight=weight)
    rmse = metrics.root_mean_squared_error(truth, answer, sample_weight=weight)
    assert (found.mae.value, found.rmse.value) == pytest.approx((mae, rmse), **EXACT)
    plain = mean(answer - truth)
    theirs = stats.ttest_1samp(answer - truth, 0).confidence_interval()
    assert (plain.low, plain.high) == pytest.approx((theirs.low, theirs.high), **EXACT)


def test_infinite_and_missing_numbers_are_left_out() -> None:
    found = number_errors([1.0, math.inf, 3.0], [1.5, 2.0, math.nan], [1.0] * 3)
    assert (found.n, found.mae.value, found.bias.value) == (1, 0.5, -0.5)


def test_the_median_is_that_of_numpy_and_its_interval_holds_it() -> None:
    random = np.random.default_rng(9)
    values = random.standard_exponential(81)
    assert median(values).value == pytest.approx(np.median(values), **EXACT)
    # A case that stands for three is as three cases.
    thrice = np.repeat(values, np.where(np.arange(81) % 2, 3, 1))
    weights = np.where(np.arange(81) % 2, 3.0, 1.0)
    assert median(values, weights).value == pytest.approx(np.median(thrice), **EXACT)
    held = [_holds_median(random, n) for n in (8, 30, 200) for _ in range(400)]
    assert 0.93 <= np.mean(held) <= 0.98
    assert math.isinf(median(values[:5]).high)
    assert median([]).value is None


def _holds_median(random: np.random.Generator, n: int) -> bool:
    """Of cases that stand for one or for four; values and weights have nothing to do with each other."""
    values, weights = random.standard_exponential(n), random.choice([1.0, 4.0], n)
    found = median(values, weights)
    return found.low <= math.log(2) <= found.high


@pytest.mark.parametrize("truth", [-1e308, 9e99, 60_000.0, math.inf])
def test_a_truth_far_from_all_answers_is_found_and_moves_no_median(truth: float) -> None:
    random = np.random.default_rng(10)
    answers = random.normal(50, 4, 100)
    truths = answers + random.normal(0, 3, 100)
    before = number_errors(answers, truths, np.ones(100))
    truths[17] = truth
    assert np.flatnonzero(far_truths(answers, truths, answers)).tolist() == [17]
    found = number_errors(answers, truths, np.ones(100))
    assert found.median.value == pytest.approx(before.median.value, rel=0.2)
    ends = [end for part in (found.mae, found.rmse, found.bias) for end in (part.low, part.high)]
    assert all(math.isfinite(end) for end in ends)


def test_truths_of_a_model_that_knows_little_are_not_far_nor_are_those_of_its_own_absurd_answers() -> (
    None
):
    random = np.random.default_rng(11)
    truths = random.normal(50, 20, 2_000)
    weak = 50 + (truths - 50) * 0.1 + random.normal(0, 0.5, 2_000)
    assert not far_truths(weak, truths, weak).any()
    # An absurd answer is the model's own error: neither does it make other truths near, nor is its truth far.
    answers = np.append(truths, 1e308)
    assert far_truths(answers, np.append(truths, 1e308), answers).sum() == 0
    assert far_truths([50.0], [60_000.0], answers).tolist() == [True]
    # Of one answer alone its size is known; of none, or of zeros, nothing.
    assert far_truths([41.5] * 2, [60.0, 41_500.0], [41.5]).tolist() == [False, True]
    assert far_truths([math.inf], [math.inf], [1.0]).tolist() == [False]
    assert far_truths([0.0], [9.0], [0.0]).tolist() == far_truths([], [9.0], []).tolist() == [False]


def test_an_unweighted_share_has_the_interval_of_scipy() -> None:
    found = share([True] * 37 + [False] * 5)
    theirs = stats.binomtest(37, 42).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), **EXACT)


def test_two_versions_on_the_same_cases() -> None:
    pairs = [(True, True)] * 60 + [(True, False)] * 4 + [(False, True)] * 15 + [(False, False)] * 6
    found = compare(pairs)
    assert found.p == pytest.approx(stats.binomtest(4, 19).pvalue, **EXACT)
    assert found.difference == pytest.approx(11 / 85)
    assert found.low < 11 / 85 < found.high
    assert found.is_clear
    assert compare_numbers([(1.0, 2.0), (3.0, -1.0), (0.5, 0.5)]) == (1, 1, 1.0)


def test_the_difference_of_two_versions_is_covered() -> None:
    random = np.random.default_rng(8)
    drawn = random.multinomial(60, [0.75, 0.05, 0.12, 0.08], 400)
    held = 0
    for both, first, second, neither in drawn:
        cells = [(True, True)] * both + [(True, False)] * first + [(False, True)] * second
        found = compare(cells + [(False, False)] * neither)
        held += found.low <= 0.07 <= found.high
    assert 0.93 <= held / 400 <= 0.98


def test_so_many_more_checks_give_five_points() -> None:
    more = checks_needed((0.86, 142.0, 142))
    low, high = wilson(0.86, 142 + more)
    assert (high - low) / 2 <= 0.05
    low, high = wilson(0.86, 142 + more - 1)
    assert (high - low) / 2 > 0.05
    # Where two cases say as much as one, twice as many are needed.
    assert checks_needed((0.86, 71.0, 142)) > 2 * more
    assert checks_needed((0.86, 5_000.0, 5_000)) == 0


def test_where_the_interval_has_no_zero_and_the_test_is_not_clear_the_verdict_says_why() -> None:
    def found(fallen: int) -> str:
        pairs = [(True, False)] * fallen + [(True, True)] * 19
        return compare(pairs).verdict

    apart = compare([(True, False)] * 5 + [(True, True)] * 19)
    assert (apart.high < 0, apart.p > 0.05) == (True, True)
    assert found(5) == (
        "not clear: it may be chance by the exact test, which is stricter than this interval"
    )
    assert found(2) == "not clear: it may be chance"
    assert found(7) == "clear"
