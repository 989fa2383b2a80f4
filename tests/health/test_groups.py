"""Groups of protected fields and what a fall comes from: what is planted is found, what is not is not, and small is said."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from health.baselines import in_words
from health.causes import Checked, Portion, causes
from health.groups import by_groups, difference
from health.report import cause_words, part_words
from health.slices import slices
from health.titles import word_for, words_of
from health.weighted import ratio_interval, share
from mds_client.signature import Field
from ui.cases.chips import Called, chip_words
from ui.health.address import part_of
from ui.health.parts import slices_words

DAY = date(2025, 3, 1)


def test_the_difference_of_two_shares_is_that_of_newcombes_paper() -> None:
    """Statistics in Medicine 17 (1998), table II, column (a), method 10."""
    found = difference(share([True] * 56 + [False] * 14), share([True] * 48 + [False] * 32))
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert found.value == pytest.approx(0.2)
    with pytest.raises(ValueError, match="no case"):
        difference(share([]), share([True]))


def _wrong(n: int, seed: int = 1, **rates: float) -> tuple[list[str], list[bool]]:
    """Cases of groups with these shares of wrong answers, n of each."""
    random = np.random.default_rng(seed)
    values = [group for group in rates for _ in range(n)]
    return values, [bool(random.random() >= rates[group]) for group in values]


def test_a_group_that_is_served_worse_is_found_and_the_others_are_not() -> None:
    values, right = _wrong(120, north=0.1, south=0.1, east=0.4)
    (found,) = by_groups({"site": values}, right, [1.0] * 360)
    worst, *others = found.rates
    assert (worst.value, worst.is_worse) == ("east", True)
    assert not any(rate.is_worse for rate in others)
    assert worst.wrong.n == 120
    assert worst.difference.low > 0.1
    assert found.sentence.startswith("east is answered wrongly more often: ")
    assert found.sentence.endswith("43 percentage points more (33 to 52).")


def test_without_a_difference_hardly_any_group_is_called_worse() -> None:
    called = 0
    for seed in range(60):
        values, right = _wrong(60, seed, a=0.2, b=0.2, c=0.2, d=0.2)
        (found,) = by_groups({"site": values}, right, [1.0] * 240)
        called += any(rate.is_clear for rate in found.rates)
    assert called / 60 <= 0.1


def test_weights_count_and_a_gap_within_one_true_class_alone_is_found() -> None:
    """Of the truly ill, women are missed four times as often; over all answers, weights hide it."""
    sex = ["f", "m"] * 200
    truth = ["ill" if n % 4 < 2 else "well" for n in range(400)]
    missed = [t == "ill" and (n % 5 < 2 if s == "f" else n % 10 == 1) for n, (s, t) in enumerate(zip(sex, truth, strict=True))]  # fmt: skip
    right = [not each for each in missed]
    (found,) = by_groups({"sex": sex}, right, [1.0 if t == "ill" else 20.0 for t in truth], truth)
    worse = [rate for rate in found.rates if rate.is_worse]
    assert [(rate.value, rate.truth) for rate in worse] == [("f", "ill")]
    # Two groups are compared once, over all answers and over each true class.
    assert len(found.rates) == len({rate.truth for rate in found.rates}) == 3
    every = next(rate for rate in found.rates if rate.truth is None and rate.value == "f")
    assert every.wrong.value == pytest.approx(40 / (100 + 100 * 20))


def test_what_cannot_be_compared_is_said_in_a_sentence() -> None:
    marks: list[object] = [{"withheld": "mask"}] * 30
    columns: dict[str, list[object]] = {
        "masked": marks,
        "empty": [None] * 30,
        "one": ["x"] * 30,
        "small": ["a"] * 5 + ["b"] * 25,
        "long": [f"id-{n}" for n in range(30)],
        "some": ["a"] * 12 + ["b"] * 13 + ["c"] * 5,
        "gaps": ["a"] * 12 + ["b"] * 12 + [None] * 6,
    }
    found = {each.field: each for each in by_groups(columns, [True] * 30, [1.0] * 30)}
    assert found["masked"].sentence == found["empty"].sentence
    assert found["empty"].sentence.startswith("No checked case has a value here")
    assert found["one"].sentence.startswith("All checked cases are of one group")
    assert found["small"].sentence.startswith("The groups are too small to compare")
    assert (found["long"].rates, found["small"].rates) == ((), ())
    assert found["some"].too_small == (("c", 5),)
    assert found["some"].sentence.endswith("fewer than 10 checked cases: c (5).")
    assert found["gaps"].sentence.endswith("6 checked cases have no value here and stay out.")
    assert by_groups({"site": []}, [], [])[0].rates == ()


def _checked(wrong: np.ndarray, rows: list[dict[str, object]], version_from: int = 0) -> Checked:
    """Ten checked cases a day."""
    days = [DAY + timedelta(days=n // 10) for n in range(len(rows))]
    versions = ["v2" if version_from and n >= version_from else "v1" for n in range(len(rows))]
    return Checked(days=days, versions=versions, rows=rows, right=(~wrong).tolist(), weights=[10.0] * len(rows))  # fmt: skip


def test_what_one_or_two_cases_stand_for_is_no_slice_and_no_group() -> None:
    """Simulated, the interval of such a slice held 0.89 of 0.95."""
    rows = [{"island": "Biscoe" if n < 20 else "Dream"} for n in range(60)]
    right = [n >= 10 for n in range(60)]
    assert [each.value for each in slices(rows, right, [1.0] * 60) if each.is_worse] == ["Biscoe"]
    few = [3000.0, 3000.0, *[1.0] * 58]
    assert slices(rows, right, few) == []
    (found,) = by_groups({"island": [row["island"] for row in rows]}, right, few)
    assert found.rates == ()
    assert "one or two that stand for most answers" in found.sentence


def test_values_are_called_by_the_words_of_their_choices() -> None:
    sex = Field(name="sex", kind="category", choices=(1, 2), choice_labels=("female", "male"))
    words = words_of([sex, Field(name="smoker", kind="boolean"), Field(name="age", kind="number")])
    assert words["smoker"] == {"true": "yes", "false": "no"}
    assert "age" not in words
    for first, second in ((1, 2), (1.0, 2.0), ("1", "2")):
        values: list[object] = [first] * 60 + [second] * 60
        right = [n % 2 > 0 if n < 60 else n % 10 > 0 for n in range(120)]
        rows = [{"sex": value} for value in values]
        worst = slices(rows, right, [1.0] * 120, words)[0]
        assert (worst.value, worst.word) == (str(first), "female")
        (found,) = by_groups({"sex": values}, right, [1.0] * 120, words=words)
        assert [(rate.value, rate.word) for rate in found.rates] == [(str(first), "female")]
        assert found.sentence.startswith("female is answered wrongly more often: ")
        fallen = causes(_checked(~np.array(right), rows), DAY, 0.95, words=words)
        assert [cause.word for cause in fallen.found] == ["female"]


def test_the_slice_and_the_version_that_a_fall_comes_from_are_named() -> None:
    random = np.random.default_rng(2)
    rows: list[dict[str, object]] = [
        {"island": str(random.choice(["Biscoe", "Dream"])), "mass": float(random.normal(4200, 800))}
        for _ in range(600)
    ]
    is_dream = np.array([row["island"] == "Dream" for row in rows])
    late = np.arange(600) >= 400
    wrong = random.random(600) < np.where(late & is_dream, 0.6, 0.05)
    found = causes(_checked(wrong, rows), DAY + timedelta(days=40), 0.95)
    assert [(cause.field, cause.value) for cause in found.found] == [("island", "Dream")]
    part = found.found[0].part
    assert 0.8 < part.low <= part.value <= part.high
    every = replace(found.found[0], part=Portion(value=1.0, low=0.998, high=1.0))
    assert part_words(every) == "All of the additional wrong answers are here."
    some = replace(every, part=Portion(value=0.9, low=0.78, high=1.0))
    assert part_words(some).startswith("90 % (78–100 %) of the additional")
    assert found.n == 200
    assert found.found[0].right.high < found.found[0].rest.low
    newer = causes(_checked(wrong, rows, 390), DAY + timedelta(days=40), 0.95)
    assert [(cause.field, cause.value) for cause in newer.found] == [("version", "v2"), ("island", "Dream")]  # fmt: skip
    assert newer.found[0].part.value > 0.9
    version = newer.found[0]
    words = cause_words(version, {})
    assert words.startswith(f"Version v2 since {in_words(newer.since)}: ")
    assert f"; other versions until {in_words(newer.since - timedelta(days=1))} " in words
    # Its own cases since the fall, and those of v1 before it; all checked cases since then are of v2, which is no certainty.
    assert (version.right.n, version.rest.n) == (newer.n, 390)
    assert 0.9 < version.part.low < 0.995


def test_the_part_of_a_fall_lies_in_its_interval_as_often_as_it_should() -> None:
    """A slice of 40 % is wrong in half of its cases and the rest in a tenth, where 5 % were wrong before."""
    random, held = np.random.default_rng(5), []
    truth = 0.4 * 0.45 / (0.4 * 0.45 + 0.6 * 0.05)
    for _ in range(400):
        inside = random.random(200) < 0.4
        wrong = random.random(200) < np.where(inside, 0.5, 0.1)
        weights = random.choice([1.0, 3.0], 200)
        extra = weights * (wrong - 0.05)
        low, high = ratio_interval(np.where(inside, extra, 0.0), extra, weights)
        held.append(low <= truth <= high)
    assert 0.92 <= np.mean(held) <= 0.98
    nothing = ratio_interval([0.0, 0.1], [1e-9, -1e-9], [1.0, 1.0])
    assert nothing == ratio_interval([], [], []) == (-np.inf, np.inf)


def test_the_version_that_carries_the_errors_is_named_whenever_it_came() -> None:
    random = np.random.default_rng(4)
    rows: list[dict[str, object]] = [{"x": str(n % 3), "version": "A"} for n in range(600)]
    late, since = np.arange(600) >= 400, DAY + timedelta(days=40)
    one = _checked(np.zeros(600, dtype=bool), rows)
    side_by_side = [("v1", "v2", "v3")[n % 5 % 3] for n in range(600)]
    bad = np.array([version == "v2" for version in side_by_side])
    wrong = random.random(600) < np.where(late & bad, 0.5, 0.05)
    found = causes(replace(one, right=(~wrong).tolist(), versions=side_by_side), since, 0.95)
    (cause,) = found.found
    assert (cause.is_version, cause.value, cause.rest.value > 0.9) == (True, "v2", True)
    assert cause.part.value > 0.8
    assert found.sentence == "What accounts for it: the version."
    # v1 is rolled out again by mistake.
    back = ["v2" if 200 <= n < 400 else "v1" for n in range(600)]
    wrong = random.random(600) < np.where([v == "v1" for v in back], 0.4, 0.05)
    found = causes(replace(one, right=(~wrong).tolist(), versions=back), since, 0.95)
    assert [(cause.is_version, cause.value) for cause in found.found] == [(True, "v1")]
    # It did well before: something else is the matter.
    wrong = random.random(600) < np.where(late, 0.4, 0.02)
    found = causes(replace(one, right=(~wrong).tolist(), versions=back), since, 0.95)
    assert found.found == ()


def test_a_fall_in_everything_and_one_of_few_cases_name_nothing() -> None:
    random = np.random.default_rng(3)
    rows: list[dict[str, object]] = [{"x": str(n % 3)} for n in range(600)]
    wrong = random.random(600) < np.where(np.arange(600) >= 400, 0.4, 0.05)
    spread = causes(_checked(wrong, rows), DAY + timedelta(days=40), 0.95)
    assert (spread.found, spread.sentence[:41]) == ((), "The wrong answers are spread over all inp")
    few = causes(_checked(wrong, rows), DAY + timedelta(days=59), 0.95)
    assert few.sentence.startswith("Only 10 checked cases since then")


def test_numbers_are_told_with_their_unit() -> None:
    fields = [Field(name="mass", kind="number", unit="g"), Field(name="age", kind="integer")]
    words = words_of(fields)
    assert word_for(words, "mass", "3500 to 4000") == "3500 to 4000 g"
    assert word_for(words, "age", "40") == "40"
    rows = [{"mass": float(n), "age": 40} for n in range(200)]
    worst = slices(rows, [n >= 50 for n in range(200)], [1.0] * 200, words)[0]
    assert (worst.word, worst.value) == (f"{worst.value} g", worst.value)


def test_where_no_slice_was_looked_at_nothing_is_said_to_be_spread_over_all_inputs() -> None:
    wrong = np.random.default_rng(3).random(600) < np.where(np.arange(600) >= 400, 0.4, 0.05)
    since = DAY + timedelta(days=40)

    def said(rows: list[dict[str, object]]) -> str:
        return causes(_checked(wrong, rows), since, 0.95, {"text": "Text"}).sentence

    texts = [f"Nobody wrote this twice, {n:03}" for n in range(600)]
    assert said([{"text": text} for text in texts]) == (
        "No slice could be compared: Text has neither numbers nor a few values to group by."
    )
    photo = {"mds": "picture"}
    assert "Text and photo have neither" in said([{"text": t, "photo": photo} for t in texts])
    assert "no input has numbers" in said([{"a": t, "b": t, "c": t} for t in texts])
    assert "none has enough checked cases" in said([{"text": t, "always": "x"} for t in texts])
    few = [{"text": f"{'long ' * (n % 9)}text {n:03}" if n % 40 == 0 else None} for n in range(600)]
    assert "none has enough checked cases" in said(few), "few, but of several lengths"
    assert "spread over all inputs" in said([{"text": t, "length": len(t) + n} for n, t in enumerate(texts)])  # fmt: skip
    assert slices_words([]).startswith("No slice can be compared")
    assert "None is" in slices_words(slices([{"x": n % 2} for n in range(60)], [True] * 60, [1.0] * 60))  # fmt: skip


def test_cases_without_a_value_are_a_slice_and_never_among_the_others() -> None:
    values: list[str | None] = ["Biscoe"] * 40 + ["Dream"] * 40 + [None] * 30 + [""] * 10
    right = [n >= 20 or n % 2 == 0 for n in range(80)] + [False] * 40
    found = {each.value: each for each in slices([{"island": v} for v in values], right, [1.0] * 120)}  # fmt: skip
    assert (found["Biscoe"].right.n, found["Biscoe"].rest.n) == (40, 40)
    assert found["Biscoe"].rest.value == found["Dream"].right.value == 1.0
    (groups,) = by_groups({"island": values}, right, [1.0] * 120)
    assert groups.rates[0].others.n == found["Biscoe"].rest.n
    missing = found[""]
    assert (missing.word, missing.right.n, missing.rest.n, missing.is_worse) == ("without a value", 40, 80, True)  # fmt: skip
    assert chip_words("value", "island=", Called()) == "island has no value"


def test_the_length_of_a_free_text_is_a_slice_with_the_cases_of_its_chip() -> None:
    texts = [f"{n:03} " + "word " * (1 + n % 40) for n in range(400)]
    right = [len(text) > 50 for text in texts]
    worst, *_ = slices([{"text": text} for text in texts], right, [1.0] * 400)
    low, high = worst.bounds or (0.0, 0.0)
    assert (worst.field, worst.is_worse, low) == ("length(text)", True, -math.inf)
    assert worst.word == f"up to {high:g} characters"
    assert worst.right.n == sum(low < len(text) <= high for text in texts)
    wrong = ~np.array(right)
    fallen = causes(_checked(wrong, [{"text": text} for text in texts]), DAY, 0.95, {"text": "Text"})  # fmt: skip
    assert fallen.sentence == "What accounts for it: Length of Text."
    (chip,) = part_of(worst.field, worst.value, worst.bounds).values()
    named = Called(titles={"text": "Text"})
    assert chip_words("within", chip, named) == f"Length of Text {worst.word}"
    # A field that is called so is itself, and versions have no length.
    both = [{"text": text, "length(text)": 1.0} for text in texts]
    assert {each.field for each in slices(both, right, [1.0] * 400)} <= {"text"}
    versions = [{"\0version": text} for text in texts]
    assert slices(versions, right, [1.0] * 400) == []
