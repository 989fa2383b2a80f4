"""The smallest change: verified on real and fitted models under random constraints, and on models that misbehave."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

import numpy as np
import pytest
from arithmetic_models import NOTHING_SENT, REF, ArithmeticModel, number, request, table, yes

from explanations import formatting
from explanations.budgeted_model import BudgetedModel
from explanations.contract import Budget, ExplainContext, Explanation, Progress
from explanations.counterfactuals import suggestions
from explanations.counterfactuals.constraints import Constraints, changeable_fields
from explanations.counterfactuals.grid import make_grid, step_for
from explanations.errors import ExplanationFailed
from explanations.explaining import Askable, explain
from explanations.methods import methods
from explanations.target import Target
from mds_client import MdsClient, Server
from mds_client.errors import EndpointFailed, EndpointRefused
from mds_client.prediction import Answer, Prediction
from mds_client.signature import Field, Signature, Values

METHOD = methods()["counterfactual"]
Options = dict[str, object]
LETTERS = re.compile(r"[^0-9]")


@dataclass
class Counted:
    """A model with a counter before it."""

    model: Askable
    rows: int = 0
    calls: int = 0

    def predict(self, signature: Signature, values: Sequence[Values]) -> Prediction:
        self.rows += len(values)
        self.calls += 1
        return self.model.predict(signature, list(values))


def _explained(
    model: Askable,
    signature: Signature,
    row: Values,
    options: Options | None = None,
    *,
    answer: Answer | None = None,
    report: Callable[[Progress], None] = lambda _: None,
    **changes: object,
) -> Explanation:
    answer = answer or model.predict(signature, [row]).answer
    budget = replace(METHOD.cost(signature), seconds=None)
    asked = request("counterfactual", signature, row, answer, budget)
    asked = replace(asked, options=options or {}, case="c", **changes)
    return explain(asked, METHOD, model, report=report)


def _changed(found: Explanation, index: int = 0) -> dict[str, object]:
    return {change.field: change.value for change in found.suggestions[index].changes}


# 200 cases


@dataclass(kw_only=True)
class Fitted:
    """A model of scikit-learn, in this process, that answers all rows of a request at once."""

    signature: Signature
    answer: Callable[[np.ndarray], list[Answer]]
    names: list[str] = field(default_factory=list)

    def predict(self, signature: Signature, values: Sequence[Values]) -> Prediction:
        rows = np.array([[float(self._code(n, row[n])) for n in self.names] for row in values])
        return Prediction(
            model=REF, outputs=(), answers=tuple(self.answer(rows)), exchange=NOTHING_SENT
        )

    def _code(self, name: str, value: object) -> float:
        found = self.signature[name]
        return float(found.choices.index(value) if found.kind == "category" else value)  # type: ignore[arg-type]


SITES = ("north", "south", "east", "west")


def _made(seed: int = 3, count: int = 400) -> tuple[Signature, np.ndarray, np.ndarray]:
    """Customers of nobody: two numbers, two whole numbers, a truth and a category, and what they pay."""
    chance = np.random.default_rng(seed)
    income, debt = chance.normal(42_000, 9_000, count).round(-2), chance.gamma(2, 800, count)
    age, visits = chance.integers(18, 80, count), chance.poisson(4, count)
    member, site = chance.integers(0, 2, count), chance.integers(0, 4, count)
    columns = [income, debt.round(2), age, visits, member, site]
    paid = income / 4000 - debt / 500 + visits * (1 + member) + 3 * (site == 2) + age / 20
    signature = _customers(columns)
    return signature, np.column_stack(columns), paid + chance.normal(0, 1, count)


def _customers(columns: Sequence[np.ndarray]) -> Signature:
    kinds = ["number", "number", "integer", "integer", "boolean", "category"]
    names = ["income", "debt", "age", "visits", "member", "site"]
    read = {
        "number": float,
        "integer": int,
        "boolean": bool,
        "category": lambda code: SITES[int(code)],
    }
    inputs = tuple(
        Field(
            name=name,
            kind=kind,  # type: ignore[arg-type]
            datatype="INT64" if kind == "integer" else "FP64",
            choices=SITES if kind == "category" else (),
            minimum=0 if kind in ("number", "integer") else None,
            maximum=120 if name == "age" else None,
            examples=tuple(read[kind](value) for value in column[:60]),
        )
        for name, kind, column in zip(names, kinds, columns, strict=True)
    )
    return Signature(model=REF, inputs=inputs, layout="columns")


def _forest() -> Fitted:
    from sklearn.ensemble import RandomForestClassifier

    signature, rows, paid = _made()
    labels = np.array(["low", "middle", "high"])[np.digitize(paid, np.quantile(paid, [0.4, 0.8]))]
    model = RandomForestClassifier(n_estimators=15, max_depth=6, random_state=0).fit(rows, labels)

    def answer(asked: np.ndarray) -> list[Answer]:
        shares = model.predict_proba(asked)
        ranked = [sorted(zip(model.classes_, map(float, s), strict=True), key=lambda p: -p[1]) for s in shares]  # fmt: skip
        return [Answer(kind="class", label=str(r[0][0]), probabilities=dict(r)) for r in ranked]

    return Fitted(signature=signature, answer=answer, names=[f.name for f in signature.inputs])


def _boosted() -> Fitted:
    from sklearn.ensemble import GradientBoostingRegressor

    signature, rows, paid = _made()
    model = GradientBoostingRegressor(n_estimators=60, random_state=0).fit(rows, paid)
    return Fitted(
        signature=signature,
        answer=lambda asked: [number(float(n), "€") for n in model.predict(asked)],
        names=[f.name for f in signature.inputs],
    )


def _random_options(signature: Signature, row: Values, answer: Answer, seed: int) -> Options:
    """A outcome and constraints, as a person might set them on some of the fields."""
    chance = np.random.default_rng(seed)
    options: Options = {"locked": [], "ranges": {}, "directions": {}, "choices": {}}
    for found in signature.inputs:
        own, limit = row[found.name], chance.integers(0, 8)
        if limit == 0:
            options["locked"].append(found.name)  # type: ignore[attr-defined]
        elif found.kind in ("number", "integer") and own is not None and limit < 4:
            seen = [v for v in found.examples if isinstance(v, int | float)]
            low, high = sorted(float(chance.choice(seen)) for _ in range(2))
            ends = {1: [low, high], 2: [None, max(high, float(own))], 3: None}[int(limit)]  # type: ignore[arg-type]
            if ends:
                options["ranges"][found.name] = ends  # type: ignore[index]
            else:
                options["directions"][found.name] = str(chance.choice(["up", "down"]))  # type: ignore[index]
        elif found.kind == "category" and limit < 4:
            some = chance.permutation(len(found.choices))[:2]
            options["choices"][found.name] = [found.choices[place] for place in some]  # type: ignore[index]
    if answer.kind == "number":
        assert answer.number is not None
        up = bool(chance.integers(0, 2))
        step = float(chance.uniform(0.05, 0.4)) * abs(answer.number)
        options |= {"desired": "at_least" if up else "at_most"}
        options |= {"number": answer.number + (step if up else -step)}
    elif chance.integers(0, 3) == 0:
        others = [label for label in answer.probabilities if label != answer.label]
        options |= {"desired": "other", "answer": str(chance.choice(others))}
    return options


def _broken(signature: Signature, row: Values, options: Options, changed: Values) -> list[str]:
    """The constraints that these changes break, worked out apart from the method."""
    broken = [
        problem.sentence
        for name, value in changed.items()
        if (problem := signature[name].check(value))
    ]
    for name, value in changed.items():
        if name in options["locked"]:  # type: ignore[operator]
            broken.append(f"{name} is locked")
        low, high = options["ranges"].get(name, (None, None))  # type: ignore[attr-defined]
        if (low is not None and value < low) or (high is not None and value > high):  # type: ignore[operator]
            broken.append(f"{name} = {value} is not in {low} to {high}")
        way = options["directions"].get(name)  # type: ignore[attr-defined]
        if way and (value < row[name]) == (way == "up"):  # type: ignore[operator]
            broken.append(f"{name} goes not {way}")
        allowed = options["choices"].get(name)  # type: ignore[attr-defined]
        if allowed is not None and value not in allowed:
            broken.append(f"{name} = {value} is not allowed")
        if isinstance(value, float) and len(LETTERS.sub("", f"{value!r}").strip("0")) > 8:
            broken.append(f"{name} = {value!r} is not readable")
        if value == row[name]:
            broken.append(f"{name} does not change")
    return broken


def _is_granted(answer: Answer, before: Answer, options: Options) -> bool:
    match options.get("desired"):
        case "at_least":
            return answer.number >= options["number"]  # type: ignore[operator]
        case "at_most":
            return answer.number <= options["number"]  # type: ignore[operator]
    wanted = options.get("answer")
    return answer.label == wanted if wanted else answer.label != before.label


@dataclass(kw_only=True)
class Score:
    """What came of many searches."""

    found: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    fields: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        shares = ", ".join(f"{n} {self.found[n]}/{count}" for n, count in self.asked.items())
        return (
            f"found {sum(self.found.values())} of {sum(self.asked.values())} ({shares}), median of changed "
            f"fields {median(self.fields)}, rows median {median(self.rows)} most {max(self.rows)}, "
            f"calls median {median(self.calls)} most {max(self.calls)}"
        )


def _try(
    score: Score, name: str, model: Askable, signature: Signature, row: Values, seed: int
) -> None:
    row = {found.name: row.get(found.name) for found in signature.inputs}
    before = model.predict(signature, [row]).answer
    options = _random_options(signature, row, before, seed)
    counted = Counted(model)
    found = _explained(counted, signature, row, options, answer=before)
    assert counted.rows == found.rows <= 300
    score.asked[name] += 1
    score.rows.append(counted.rows)
    score.calls.append(counted.calls)
    for index, suggestion in enumerate(found.suggestions):
        changed = _changed(found, index)
        assert _broken(signature, row, options, changed) == [], (options, changed)
        answer = model.predict(signature, [{**row, **changed}]).answer
        assert _is_granted(answer, before, options), (options, changed)
        assert suggestion.headline == answer.headline
        for change in suggestion.changes:
            assert change.before_text != change.after_text
    if found.suggestions:
        score.found[name] += 1
        score.fields.append(len(found.suggestions[0].changes))
    else:
        assert "No change" in found.sentence
    assert "This is model behaviour, not advice." in found.sentence


DEMO = (("breast-cancer", ""), ("penguins", "v1"), ("penguins", "v2"), ("diabetes-progress", ""))


@pytest.mark.slow
def test_eighty_cases_under_random_limits(mds_url: str) -> None:
    score = Score()
    with MdsClient(Server(name="real", url=mds_url)) as client:
        for name, version in DEMO:
            signature = client.model(name, version).signature()
            rows = list(itertools.islice(itertools.cycle(signature.example_rows), 10))
            for seed, row in enumerate(rows):
                _try(score, name + version, client, signature, row, seed)
    for name, fitted in (("forest", _forest()), ("boosted", _boosted())):
        for seed, row in enumerate(fitted.signature.example_rows[:20]):
            _try(score, name, fitted, fitted.signature, row, seed)
    print(score)
    assert sum(score.asked.values()) == 80
    assert sum(score.found.values()) >= 60
    assert median(score.fields) <= 2
    assert median(score.calls) <= 30


# Against every combination


def _all_rows(row: Values) -> list[Values]:
    """Every combination of four fields: their own values, and all inside the limits of SMALL."""
    free = {
        "visits": {row["visits"], *range(13)},
        "member": (False, True),
        "site": SITES,
        "age": {row["age"], *range(18, 66)},
    }
    combined = itertools.product(*free.values())
    return [{**row, **dict(zip(free, each, strict=True))} for each in combined]


SMALL: Options = {"locked": ["income", "debt"], "ranges": {"visits": [0, 12], "age": [18, 65]}}


def _fewest(row: Values, rows: Sequence[Values], granted: Sequence[bool]) -> int | None:
    """How many fields must change at least; None where no combination works."""
    counts = [
        sum(each[name] != value for name, value in row.items())
        for each, works in zip(rows, granted, strict=True)
        if works
    ]
    return min(counts, default=None)


@pytest.mark.parametrize("make", [_forest, _boosted])
@pytest.mark.slow
def test_it_misses_nothing_easy_that_every_combination_shows(make: Callable[[], Fitted]) -> None:
    model, possible, found_too, as_few, impossible = make(), 0, 0, 0, 0
    for row in model.signature.example_rows[:40]:
        before = model.predict(model.signature, [row]).answer
        options = dict(SMALL)
        if before.kind == "number":
            options |= {"desired": "at_least", "number": before.number * 1.25}  # type: ignore[operator]
        rows = _all_rows(row)
        answers = model.predict(model.signature, rows).answers
        fewest = _fewest(row, rows, [_is_granted(each, before, options) for each in answers])
        found = _explained(model, model.signature, row, options)
        if fewest is None:
            impossible += 1
            assert not found.suggestions
            continue
        possible += 1
        found_too += bool(found.suggestions)
        as_few += bool(found.suggestions) and len(found.suggestions[0].changes) == fewest
    print(
        f"possible {possible}, found {found_too}, with the fewest fields {as_few}; not {impossible}"
    )
    assert possible >= 20
    assert found_too >= 0.95 * possible
    assert as_few >= 0.9 * possible


# Formulas

PLAIN = table({"a": [0.0, 10.0, 20.0, 30.0, 40.0], "b": [0.0, 10.0, 20.0, 30.0, 40.0], "c": [1.0] * 5})  # fmt: skip
ROW = {"a": 10.0, "b": 10.0, "c": 1.0}


def _sum(row: Values) -> Answer:
    return number(row["a"] + 2 * row["b"], "mm")  # type: ignore[operator]


def test_the_smallest_number_is_found_and_is_readable() -> None:
    found = _explained(ArithmeticModel(_sum), PLAIN, ROW, {"desired": "at_least", "number": 47.3})
    assert _changed(found) == {"b": 19.0}
    assert found.suggestions[0].number == 48.0
    assert found.sentence.startswith("The model would answer 48 mm if B were 19 instead of 10.")
    down = _explained(ArithmeticModel(_sum), PLAIN, ROW, {"desired": "at_most", "number": 20})
    assert _changed(down) == {"b": 5.0}


def test_suggestions_are_diverse() -> None:
    found = _explained(ArithmeticModel(_sum), PLAIN, ROW, {"desired": "at_least", "number": 40})
    assert [set(_changed(found, index)) for index in range(len(found.suggestions))] == [
        {"b"},
        {"a"},
    ]


def test_two_fields_where_one_is_not_enough() -> None:
    model = ArithmeticModel(lambda row: yes(0.9 if row["a"] > 25 and row["b"] < 5 else 0.2))
    found = _explained(model, PLAIN, ROW)
    assert _changed(found) == {"a": 26.0, "b": 4.0}


def test_what_a_person_allows_is_said_and_kept() -> None:
    options: Options = {
        "desired": "at_least",
        "number": 46,
        "locked": ["b"],
        "ranges": {"a": [None, 25]},
        "directions": {"a": "up"},
    }
    found = _explained(ArithmeticModel(_sum), PLAIN, ROW, options)
    assert not found.suggestions
    assert "No change within these limits was found after" in found.sentence
    assert "The nearest answer was 45 mm." in found.sentence
    assert found.conditions == (
        "Wanted: at least 46\N{NO-BREAK SPACE}mm",
        "A: at most 25, only up",
        "B: stays as it is",
    )


@pytest.mark.parametrize(("way", "changes"), [("up", {}), ("down", {"b": 5.0})])
def test_a_field_goes_only_where_it_may(way: str, changes: dict[str, object]) -> None:
    options: Options = {
        "desired": "at_most",
        "number": 20,
        "locked": ["a"],
        "directions": {"b": way},
    }
    found = _explained(ArithmeticModel(_sum), PLAIN, ROW, options)
    assert [_changed(found, index) for index in range(len(found.suggestions))] == [changes] * bool(changes)  # fmt: skip


def test_everything_locked_is_said_without_asking_around() -> None:
    model = ArithmeticModel(_sum)
    options: Options = {"desired": "at_least", "number": 40, "locked": ["a", "b", "c"]}
    found = _explained(model, PLAIN, ROW, options)
    assert "every field stays as it is" in found.sentence
    assert found.rows == 2


def test_it_repeats_itself_to_the_bit() -> None:
    forest = _forest()
    row = forest.signature.example_rows[4]
    first, second = (_explained(forest, forest.signature, row) for _ in range(2))
    assert replace(first, seconds=0.0) == replace(second, seconds=0.0)
    assert Explanation.from_json(first.to_json()) == first


def test_a_rough_answer_comes_first() -> None:
    seen: list[Progress] = []
    model = ArithmeticModel(_sum)
    _explained(model, PLAIN, ROW, {"desired": "at_least", "number": 47}, report=seen.append)
    rough = [each.rough for each in seen if each.rough]
    assert rough
    assert rough[0].suggestions
    assert rough[0].rows < model.rows


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"desired": "at_least"}, "no number"),
        ({"wish": "at_least"}, "no number"),  # as jobs say it that were queued earlier
        ({"desired": "at_least", "number": math.nan}, "finite"),
        ({"desired": "at_least", "number": True}, "no number"),
        ({"desired": "other"}, "does not fit"),
        ({"desired": "at_least", "number": 1, "locked": ["zz"]}, "no field called 'zz'"),
        ({"desired": "at_least", "number": 1, "locked": "a"}, "lists"),
        ({"desired": "at_least", "number": 1, "ranges": {"a": [3, 1]}}, "before it begins"),
        ({"desired": "at_least", "number": 1, "ranges": {"a": "35"}}, "two ends"),
        ({"desired": "at_least", "number": 1, "directions": {"a": "left"}}, "up or down"),
    ],
)
def test_options_that_mean_nothing_are_named(options: Options, words: str) -> None:
    with pytest.raises(ExplanationFailed, match=words):
        _explained(ArithmeticModel(_sum), PLAIN, ROW, options)


def test_unknown_numbers_are_never_suggested_but_may_become_known() -> None:
    model = ArithmeticModel(lambda row: yes(0.9 if row["a"] is not None and row["a"] > 15 else 0.1))
    found = _explained(model, PLAIN, ROW | {"a": None})
    assert _changed(found)["a"] > 15  # type: ignore[operator]
    assert found.suggestions[0].changes[0].before_text == "unknown"


def test_a_sensitive_value_is_never_written_down() -> None:
    inputs = tuple(replace(each, sensitive=each.name == "b") for each in PLAIN.inputs)
    signature = replace(PLAIN, inputs=inputs)
    found = _explained(ArithmeticModel(_sum), signature, ROW, {"desired": "at_least", "number": 47})
    assert found.suggestions[0].changes[0].before_text == "not shown"
    assert found.sentence.startswith("The model would answer 48 mm if B were 19.")


# What numbers are suggested


@pytest.mark.parametrize(
    ("spread", "width", "decimals", "step"),
    [(12.3, 60, 6, 0.2), (9_000, 50_000, 0, 200), (0.004, 0.02, 4, 1e-4), (0.5, 1, 0, 1), (9_000, 50, 6, 5)],
)  # fmt: skip
def test_steps_are_readable(spread: float, width: float, decimals: int, step: float) -> None:
    assert step_for(spread, width, decimals) == pytest.approx(step)


def test_a_grid_keeps_to_its_limits() -> None:
    up = make_grid(13.54, low=0.0, high=15.2, step=0.5, is_up=True, is_whole=False)
    assert [up.at(step) for step in range(1, up.count + 1)] == [14.0, 14.5, 15.0]
    down = make_grid(13.54, low=12.1, high=13.2, step=0.5, is_up=False, is_whole=False)
    assert [down.at(step) for step in range(1, down.count + 1)] == [13.0, 12.5]
    assert [down.nearest(number) for number in (13.5, 12.4, 0.0)] == [0, 2, 2]
    assert up.within(14.9) == 2


def test_a_person_may_ask_for_less_than_a_step() -> None:
    constraints = Constraints.of({"ranges": {"a": [10.25, 10.75]}}, PLAIN)
    [place] = [
        p
        for p in changeable_fields(PLAIN, ROW, PLAIN.example_rows, constraints)
        if p.field.name == "a"
    ]
    assert {10.25, 10.75} <= set(place.tries(20)) | {place.grids[0].at(1)}


# Models that misbehave


def test_labels_without_scores_are_changed_too() -> None:
    def bare(row: Values) -> Answer:
        high = row["a"] > 25 and row["b"] > 15  # type: ignore[operator]
        return Answer(kind="class", label="high" if high else "low")

    found = _explained(ArithmeticModel(bare), PLAIN, ROW)
    assert _changed(found) == {"a": 26.0, "b": 16.0}
    assert found.target.kind == "agreement"
    assert found.sentence.startswith("The model would answer high if")


def test_what_a_typical_case_has_is_put_back_where_it_does_not_matter() -> None:
    """Without scores nothing says which of eight fields matter: only putting back does."""

    def bare(row: Values) -> Answer:
        high = row["c"] > 25 and row["h"] > 15  # type: ignore[operator]
        return Answer(kind="class", label="high" if high else "low")

    signature = table({name: [10.0, 28.0, 30.0, 32.0, 29.0] for name in "abcdefgh"})
    found = _explained(ArithmeticModel(bare), signature, dict.fromkeys("abcdefgh", 10.0))
    assert _changed(found) == {"c": 26.0, "h": 16.0}


def test_a_model_that_names_only_the_likeliest_label() -> None:
    def top(row: Values) -> Answer:
        label = "high" if row["a"] > 25 else "low"  # type: ignore[operator]
        return Answer(kind="class", label=label, probabilities={label: 0.9})

    found = _explained(ArithmeticModel(top), PLAIN, ROW)
    assert _changed(found) == {"a": 26.0}
    assert (found.target.kind, found.suggestions[0].number) == ("agreement", 0.0)
    json.loads(found.to_json(), parse_constant=pytest.fail)


@pytest.mark.parametrize("error", [EndpointRefused, EndpointFailed])
def test_a_model_that_errs_on_some_rows(error: type[Exception]) -> None:
    def picky(row: Values) -> Answer:
        if row["a"] > 30 and row["b"] == 10:  # type: ignore[operator]
            raise error("Not this combination.")
        return _sum(row)

    model = Counted(ArithmeticModel(picky))
    found = _explained(
        model, PLAIN, ROW, {"desired": "at_least", "number": 47}, answer=number(30.0)
    )
    assert _changed(found) == {"b": 19.0}
    assert "The model did not answer" in found.note
    assert found.rows <= 300


def test_a_model_that_takes_one_row_at_a_time() -> None:
    model = ArithmeticModel(_sum, most_rows=1)
    found = _explained(
        model, PLAIN, ROW, {"desired": "at_least", "number": 47}, answer=number(30.0)
    )
    assert _changed(found) == {"b": 19.0}
    assert found.rows <= 300


@dataclass
class Misbehaving:
    """Fails, changes its version or wavers, once it was asked about enough rows."""

    formula: Callable[[Values], Answer]
    fails_after: int = 10**9
    changes_after: int = 10**9
    wavers: float = 0.0
    rows: int = 0

    def predict(self, signature: Signature, values: Sequence[Values]) -> Prediction:
        if self.rows > self.fails_after:
            raise EndpointFailed("The server broke.")
        self.rows += len(values)
        answers = [self.formula(row) for row in values]
        if self.wavers:
            chance = np.random.default_rng(self.rows)
            answers = [replace(a, number=a.number + chance.normal(scale=self.wavers)) for a in answers]  # type: ignore[operator]  # fmt: skip
        ref = replace(REF, version="v2") if self.rows > self.changes_after else REF
        return Prediction(model=ref, outputs=(), answers=tuple(answers), exchange=NOTHING_SENT)


AT_LEAST_47: Options = {"desired": "at_least", "number": 47}


def test_a_model_that_stops_answering_is_said_with_what_was_found() -> None:
    found = _explained(
        Misbehaving(_sum, fails_after=15), PLAIN, ROW, AT_LEAST_47, answer=number(30.0)
    )
    assert found.suggestions
    assert "The model stopped answering: The server broke." in found.note
    assert not found.is_complete


def test_a_model_that_changes_is_said_with_what_was_found() -> None:
    found = _explained(
        Misbehaving(_sum, changes_after=24), PLAIN, ROW, AT_LEAST_47, answer=number(30.0)
    )
    assert found.suggestions
    assert "the model changed from version v1 to version v2" in found.note
    assert not found.is_complete


def test_a_model_that_wavers_is_said_and_what_fails_again_is_left_out() -> None:
    model = Misbehaving(_sum, wavers=4.0)
    found = _explained(model, PLAIN, ROW, AT_LEAST_47, answer=number(30.0))
    assert "does not repeat itself" in found.note
    assert all(each.number >= 47 for each in found.suggestions)


def test_a_budget_ends_it_with_what_it_has() -> None:
    forest = _forest()
    row = forest.signature.example_rows[4]
    answer = forest.predict(forest.signature, [row]).answer
    asked = replace(
        request("counterfactual", forest.signature, row, answer, Budget(rows=25)), case="c"
    )
    found = explain(asked, METHOD, forest)
    assert found.rows <= 25
    assert "It ended at its limit of 25 rows." in found.note
    assert not found.is_complete


def test_a_model_that_is_too_slow_ends_it_with_what_it_has() -> None:
    forest, slow = _forest(), Clock()
    row = forest.signature.example_rows[4]
    answer = forest.predict(forest.signature, [row]).answer
    asker = BudgetedModel(
        lambda rows: slow.predict(forest, rows),
        Target.of(answer),
        budget=Budget(seconds=20),
        clock=lambda: slow.now,
    )
    context = ExplainContext(
        method=METHOD,
        ask=asker,
        signature=forest.signature,
        values=row,
        budget=Budget(seconds=20),
    )
    found = METHOD.explain(context)
    assert found.suggestions
    assert "It ended after 20 seconds." in found.note
    assert slow.now <= 24


@dataclass
class Clock:
    """A model that takes half a second a row, on a clock of its own."""

    now: float = 0.0

    def predict(self, model: Fitted, rows: list[Values]) -> Sequence[Answer]:
        self.now += 0.5 * len(rows)
        return model.predict(model.signature, rows).answers


def test_an_answer_that_is_wanted_already_needs_no_change() -> None:
    found = _explained(ArithmeticModel(_sum), PLAIN, ROW, {"desired": "at_least", "number": 30})
    assert found.sentence.startswith("Nothing needs to change")
    assert found.suggestions == ()


@pytest.mark.parametrize(
    ("unit", "value", "words"),
    [
        ("g", 5180, "5,180 g"),
        ("g", 12345.678, "12,345.678 g"),
        ("", 2008, "2008"),
        ("mm", -0.12345, "−0.12345 mm"),
    ],
)
def test_numbers_of_a_change_have_their_thousands_apart(
    unit: str, value: float, words: str
) -> None:
    field = Field(name="x", kind="number", unit=unit)
    assert suggestions.exact(field, value).replace(formatting.GAP, " ") == words
