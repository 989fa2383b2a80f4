"""Shapley values against truth: formulas, shap's ExactExplainer, a real MLServer, and models that misbehave."""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from arithmetic_models import NOTHING_SENT, REF, number, request, table

from explanations import narration
from explanations.background.sampling import typical
from explanations.contract import Attribution, Budget, Explanation, Progress
from explanations.errors import ExplanationFailed, ExplanationTooDear
from explanations.explaining import Askable, explain
from explanations.methods import methods
from explanations.shapley import permutation_sampling
from explanations.shapley.game import Game, exact, quantile
from explanations.shapley.medoids import medoids
from explanations.target import Target
from mds_client import MdsClient, Server
from mds_client.errors import EndpointFailed
from mds_client.prediction import Answer, Prediction
from mds_client.signature import Signature, Values
from ui.explanations.kinds.attribution import bars

pytestmark = pytest.mark.slow

SHAPLEY = methods()["shapley"]
FIELDS = 12
TYPICAL = 40
# A kind of model, the first of its cases, and how many.
KINDS = [("logistic", 400, 9), ("boosted trees", 442, 7), ("histogram trees", 484, 5)]
Rows = np.ndarray


def _names(count: int = FIELDS) -> list[str]:
    return [f"x{place}" for place in range(count)]


def _table(background: Rows) -> Signature:
    names = _names(background.shape[1])
    return table({name: background[:, place].tolist() for place, name in enumerate(names)})


def _row(values: Rows) -> dict[str, object]:
    return dict(zip(_names(len(values)), values.tolist(), strict=True))


def _amounts(found: Explanation) -> Rows:
    known = {each.field: each.amount for each in found.attributions}
    return np.array([known[name] for name in _names(len(known))])


def _halves(found: Explanation) -> Rows:
    known = {each.field: each for each in found.attributions}
    return np.array([known[n].high - known[n].amount for n in _names(len(known))])  # type: ignore[operator]


@dataclass
class Formula:
    """A model in this process that answers all rows of a request at once."""

    score: Callable[[Rows], Rows]
    rows: int = 0

    def predict(self, signature: Signature, values: Sequence[Values]) -> Prediction:
        self.rows += len(values)
        scores = self.score(np.array([list(row.values()) for row in values], dtype=float))
        answers = tuple(number(float(score)) for score in scores)
        return Prediction(model=REF, outputs=(), answers=answers, exchange=NOTHING_SENT)


def _explained(
    model: Askable,
    background: Rows,
    case: Rows,
    *,
    answer: Answer | None = None,
    budget: Budget | None = None,
    name: str = "",
    report: Callable[[Progress], None] = lambda _: None,
) -> Explanation:
    signature, row = _table(background), _row(case)
    answer = answer or model.predict(signature, [row]).answer
    # Without a limit in seconds: on a busy machine it would leave out typical rows.
    budget = budget or replace(SHAPLEY.cost(signature), seconds=None)
    asked = request("shapley", signature, row, answer, budget)
    return explain(replace(asked, case=name), SHAPLEY, model, report=report)


# Formulas


def test_a_linear_model_gets_its_slopes_and_stops_early() -> None:
    chance = np.random.default_rng(1)
    slopes, background = chance.normal(size=FIELDS), chance.normal(size=(TYPICAL, FIELDS))
    model, case = Formula(lambda rows: rows @ slopes), chance.normal(size=FIELDS)
    found = _explained(model, background, case)
    assert _amounts(found) == pytest.approx(slopes * (case - background.mean(axis=0)))
    assert found.rows < 2000


def test_a_product_is_shared_by_its_factors() -> None:
    """Each of three factors that must all be there gets a third (Shapley 1953, unanimity games)."""
    background = np.vstack([np.zeros(FIELDS), np.full(FIELDS, -0.0)])
    found = _explained(Formula(lambda r: r[:, 0] * r[:, 1] * r[:, 2]), background, np.full(12, 2.0))
    truth = np.array([8 / 3] * 3 + [0.0] * 9)
    assert (np.abs(_amounts(found) - truth) <= _halves(found) + 1e-9).all()
    assert [a.is_clear for a in found.attributions] == [True] * 3 + [False] * 9


def test_the_largest_is_shared_as_for_a_runway() -> None:
    """max(x) against zeros: Littlechild and Owen (1973), the airport game."""
    case = np.arange(1.0, 7.0)
    found = _explained(Formula(lambda rows: rows.max(axis=1)), np.zeros((1, 6)), case)
    truth = np.cumsum(1 / np.arange(6, 0, -1))
    assert _amounts(found) == pytest.approx(truth)
    assert "Exact" in found.note
    assert not _halves(found).any()


def test_the_largest_of_many_is_estimated_with_honest_ranges() -> None:
    truth, covered, errors = np.cumsum(1 / np.arange(14, 0, -1)), [], []
    for name in "abcdefghij":
        model, case = Formula(lambda rows: rows.max(axis=1)), np.arange(1.0, 15.0)
        found = _explained(model, np.zeros((1, 14)), case, name=name)
        covered.append(np.abs(_amounts(found) - truth) <= _halves(found))
        errors.append(np.abs(_amounts(found) - truth).mean() / np.ptp(truth))
    assert np.mean(covered) >= 0.9
    assert np.mean(errors) <= 0.05


def test_columns_in_a_group_are_one_player() -> None:
    def score(rows: Rows) -> Rows:
        return np.asarray(rows[:, 0] * rows[:, 1] + rows[:, 2])

    case, background = np.array([2.0, 3.0, 5.0]), np.zeros((1, 3))
    game = Game(
        case=case,
        background=background,
        weights=np.ones(1),
        players=[(0, 1), (2,)],
        case_answer=11.0,
        background_answers=score(background),
    )
    [whole] = exact(score, game, lambda: 100)
    assert whole.amounts == pytest.approx([6.0, 5.0])
    some = next(permutation_sampling.sampled(score, game, lambda: 20, seed=0))
    assert some.amounts == pytest.approx([6.0, 5.0])


def test_medoids_stand_for_their_share() -> None:
    points = np.array([[0.0], [0.1], [0.2], [9.0]])
    chosen, shares = medoids(points, np.ones(4), 2)
    assert dict(zip(points[chosen, 0], shares, strict=True)) == {0.1: 0.75, 9.0: 0.25}
    rows: list[Values] = [{"a": 1.0}] * 3 + [{"a": 2.0}]
    kept, weights = typical(table({"a": [1.0]}), rows, 5)
    assert kept == [{"a": 1.0}, {"a": 2.0}]
    assert weights == pytest.approx([0.75, 0.25])


@pytest.mark.parametrize("freedom", [1, 4, 5, 9, 30, 200])
def test_quantiles_are_students(freedom: int) -> None:
    from scipy.stats import t

    assert quantile(freedom) == pytest.approx(t.ppf(0.975, freedom), rel=0.002)


@pytest.mark.parametrize("seed", range(3))
def test_every_pair_of_walks_adds_up(seed: int) -> None:
    chance = np.random.default_rng(seed)
    background, case = chance.normal(size=(3, 5)), chance.normal(size=5)

    def score(rows: Rows) -> Rows:
        return np.asarray(np.sin(rows.prod(axis=1)) + rows.max(axis=1))

    game = Game(
        case=case,
        background=background,
        weights=np.full(3, 1 / 3),
        players=[(i,) for i in range(5)],
        case_answer=float(score(case[None])[0]),
        background_answers=score(background),
    )
    for found in itertools.islice(
        permutation_sampling.sampled(score, game, lambda: 8, seed=seed), 9
    ):
        assert found.amounts.sum() == pytest.approx(game.case_answer - found.base, abs=1e-12)


# Models of scikit-learn, by shap's ExactExplainer


def _data() -> tuple[Rows, Rows]:
    from sklearn.datasets import load_breast_cancer

    rows, target = load_breast_cancer(return_X_y=True)
    return rows[:, :FIELDS], target


def _fitted(kind: str) -> Callable[[Rows], Rows]:
    from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingRegressor
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows, target = _data()
    if kind == "logistic":
        model = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows[:400], target[:400])
        return lambda given: np.asarray(model.predict_proba(given)[:, 1])
    made = {
        "boosted trees": GradientBoostingRegressor(n_estimators=20, max_depth=3, random_state=0),
        # The same histogram trees as LightGBM's.
        "histogram trees": HistGradientBoostingRegressor(max_iter=8, random_state=0),
    }[kind]
    return made.fit(rows[:400], target[:400]).predict  # type: ignore[no-any-return]


def _truths(score: Callable[[Rows], Rows], background: Rows, cases: Rows) -> Rows:
    """What shap works out from all 4,096 combinations of fields with all typical rows."""
    import shap

    masker = shap.maskers.Independent(background, max_samples=len(background))
    found = shap.explainers.ExactExplainer(score, masker)(cases, silent=True)
    return np.asarray(found.values)


def _top(amounts: Rows, count: int = 3) -> list[int]:
    return sorted(np.argsort(-np.abs(amounts), kind="stable")[:count].tolist())


@dataclass(kw_only=True)
class AffordableBackground:
    """Explanations beside the truth: sizes as shares of the range of the true amounts."""

    same_top: list[bool]
    near_top: list[bool]
    errors: list[float]
    covered: list[bool]
    rows: list[int]

    def add(self, found: Explanation, truth: Rows) -> None:
        amounts, scale = _amounts(found), float(np.ptp(truth))
        mine, best = _top(amounts), _top(truth)
        self.same_top.append(mine == best)
        # As strong as the third strongest, or so nearly that nobody would see it.
        third = float(np.abs(truth)[best].min())
        self.near_top.append(bool((np.abs(truth)[mine] >= third - 0.05 * scale).all()))
        self.errors.append(float(np.abs(amounts - truth).mean()) / scale)
        self.covered += (np.abs(amounts - truth) <= _halves(found) + 1e-9).tolist()
        self.rows.append(found.rows)

    def __str__(self) -> str:
        return (
            f"top 3 the same {np.mean(self.same_top):.1%}, but for ties {np.mean(self.near_top):.1%}, "
            f"mean error {np.mean(self.errors):.2%} of the range, covered {np.mean(self.covered):.1%}, "
            f"at most {max(self.rows)} rows"
        )


@pytest.mark.filterwarnings("ignore")
def test_it_agrees_with_all_combinations() -> None:
    rows, _ = _data()
    all_kinds = AffordableBackground(same_top=[], near_top=[], errors=[], covered=[], rows=[])
    for kind, first, count in KINDS:
        one = AffordableBackground(same_top=[], near_top=[], errors=[], covered=[], rows=[])
        score, background = _fitted(kind), rows[:TYPICAL]
        cases = rows[first : first + count]
        for case, truth in zip(cases, _truths(score, background, cases), strict=True):
            found = _explained(Formula(score), background, case)
            one.add(found, truth)
            all_kinds.add(found, truth)
        print(f"{kind}: {one}")
    print(f"all {len(all_kinds.rows)}: {all_kinds}")
    assert np.mean(all_kinds.same_top) >= 0.95
    assert np.mean(all_kinds.errors) <= 0.01
    assert np.mean(all_kinds.covered) >= 0.93
    assert max(all_kinds.rows) <= 3500


def test_a_real_server_is_explained_alike_twice(mds_url: str) -> None:
    with MdsClient(Server(name="real", url=mds_url)) as client:
        signature = client.model("breast-cancer").signature()
        row = signature.example_rows[0]
        answer = client.predict(signature, [row]).answer
        # Without a limit in seconds: how many typical rows are taken follows the pace of the model.
        budget = replace(SHAPLEY.cost(signature), seconds=None)
        asked = replace(request("shapley", signature, row, answer, budget), case="c")
        first, second = (explain(asked, SHAPLEY, client) for _ in range(2))
        shown = _amounts_by_field(first)
        assert {n: a.hex() for n, a in shown.items()} == {
            n: a.hex() for n, a in _amounts_by_field(second).items()
        }
        assert first.base is not None
        assert sum(shown.values()) == pytest.approx(first.prediction - first.base, abs=1e-9)
        assert first.rows <= 3500
        print(first.sentence, first.note, f"{first.rows} rows, {first.calls} calls")


def _amounts_by_field(found: Explanation) -> dict[str, float]:
    return {each.field: each.amount for each in found.attributions}


# Models that misbehave


def _bent(rows: Rows) -> Rows:
    return np.asarray(np.tanh(rows[:, :6].sum(axis=1)) * rows[:, 6:].sum(axis=1))


BACKGROUND = np.random.default_rng(8).normal(size=(20, FIELDS))
CASE = np.random.default_rng(9).normal(size=FIELDS)


@dataclass
class Misbehaving(Formula):
    """Fails, changes its version, takes its time or wavers, once it was asked about enough rows."""

    fails_after: int = 10**9
    changes_after: int = 10**9
    seconds_a_row: float = 0.0
    wavers: float = 0.0

    def predict(self, signature: Signature, values: Sequence[Values]) -> Prediction:
        if self.rows > self.fails_after:
            raise EndpointFailed("The server broke.", advice="Tell its people.")
        time.sleep(self.seconds_a_row * len(values))
        prediction = super().predict(signature, values)
        if self.wavers:
            chance = np.random.default_rng(self.rows)
            answers = [replace(a, number=a.number + chance.normal(scale=self.wavers)) for a in prediction.answers]  # fmt: skip
            prediction = replace(prediction, answers=tuple(answers))
        if self.rows > self.changes_after:
            return replace(prediction, model=replace(REF, version="v2"))
        return prediction


def test_a_model_that_fails_is_said_with_what_was_learned() -> None:
    found = _explained(Misbehaving(_bent, fails_after=1200), BACKGROUND, CASE)
    assert "stopped answering: The server broke." in found.note
    assert not found.is_complete
    assert np.isfinite(_halves(found)).all()
    with pytest.raises(EndpointFailed):
        _explained(Misbehaving(_bent, fails_after=10), BACKGROUND, CASE)


def test_a_model_that_changes_is_not_mixed_with_itself() -> None:
    found = _explained(Misbehaving(_bent, changes_after=1200), BACKGROUND, CASE)
    assert "the model changed from version v1 to version v2" in found.note
    assert not found.is_complete
    with pytest.raises(ExplanationFailed, match="changed from version v1 to version v2"):
        _explained(Misbehaving(_bent, changes_after=8), BACKGROUND, CASE)


def test_a_model_that_wavers_is_said_and_widens_the_ranges() -> None:
    found = _explained(Misbehaving(_bent, wavers=0.3), BACKGROUND, CASE)
    assert "Asked 4 times about this very case" in found.note
    assert _halves(found).min() > 0.1
    total = sum(_amounts_by_field(found).values())
    assert found.base is not None
    assert total == pytest.approx(found.prediction - found.base, abs=1e-9)


def test_a_slow_model_is_asked_for_as_long_as_allowed() -> None:
    budget = Budget(rows=3000, calls=300, seconds=1.5)
    found = _explained(Misbehaving(_bent, seconds_a_row=0.004), BACKGROUND, CASE, budget=budget)
    assert found.seconds <= 2.0
    assert 50 < found.rows < 400
    assert "The model was too slow for all 20 typical cases" in found.note
    with pytest.raises(ExplanationTooDear, match=r"1\.5 seconds"):
        _explained(Misbehaving(_bent, seconds_a_row=0.3), BACKGROUND, CASE, budget=budget)


def test_a_rough_answer_comes_first_and_the_same_case_gets_the_same_bits() -> None:
    seen: list[Progress] = []
    first = _explained(Formula(_bent), BACKGROUND, CASE, name="case-1", report=seen.append)
    rough = [progress.rough for progress in seen if progress.rough]
    assert len(rough) >= 3
    assert rough[0].rows < first.rows / 2
    assert not rough[0].is_complete
    again = _explained(Formula(_bent), BACKGROUND, CASE, name="case-1")
    other = _explained(Formula(_bent), BACKGROUND, CASE, name="case-2")
    assert again.to_json().partition("seconds")[0] == first.to_json().partition("seconds")[0]
    assert _amounts(other).tolist() != _amounts(first).tolist()


# Words and chart


def _told(*attributions: Attribution) -> Explanation:
    target = Target(kind="probability", answer="benign")
    parts = [
        narration.compared(target, 0.72, 0.41),
        narration.reasons(target, attributions),
        narration.pooled(target, attributions),
    ]
    return Explanation(
        method="shapley",
        title="t",
        kind="attribution",
        target=target,
        prediction=0.72,
        base=0.41,
        attributions=attributions,
        sentence=" ".join(parts),
        alt="",
    )


def _part(title: str, amount: float, half: float) -> Attribution:
    return Attribution(
        field=title,
        title=title,
        value_text="402.8",
        amount=amount,
        low=amount - half,
        high=amount + half,
    )


def test_the_sentence_has_ranges_and_says_what_is_not_clear() -> None:
    found = _told(
        _part("Worst area", 0.19, 0.04), _part("Age", 0.01, 0.02), _part("Smoothness", -0.01, 0.03)
    )
    assert found.sentence.replace("\N{NO-BREAK SPACE}", " ") == (
        "The model says 72 % likely to be benign: 31 percentage points above a typical case. Mostly because of worst area = "
        "402.8 (+19 pp, could be 15 to 23). 2 fields have no clear effect."
    )
    assert [part.is_clear for part in bars(found)] == [True, False]


@pytest.mark.parametrize("seed", range(20))
def test_every_number_in_the_text_stands_in_the_chart(seed: int) -> None:
    chance = np.random.default_rng(seed)
    found = _told(
        *(
            _part(f"Field {letter}", amount, half)
            for letter, amount, half in zip(
                "abcdefghijklmn",
                chance.normal(scale=0.1, size=14),
                chance.exponential(0.04, 14),
                strict=True,
            )
        )
    )
    assert found.base is not None
    below = narration.frame(found.target, found.prediction, found.base)
    chart = " ".join([below, *(f"{part.title} {part.words}" for part in bars(found))])
    assert set(_numbers(found.sentence)) <= set(_numbers(chart))


def _numbers(text: str) -> list[str]:
    return re.findall(r"[−+]?\d+(?:\.\d+)?", text)


def test_explanations_stored_before_there_were_ranges_are_still_read_and_drawn() -> None:
    stored = json.loads(_told(_part("Worst area", 0.19, 0.04), _part("Age", 0.0, 0.1)).to_json())
    for each in stored["attributions"]:
        del each["low"], each["high"]
    found = Explanation.from_json(json.dumps(stored))
    assert [each.is_clear for each in found.attributions] == [True, True]
    assert [part.low for part in bars(found)] == [None, None]
