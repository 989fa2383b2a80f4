"""Fields that moved are found, those that did not are not, and odd values give no wrong number."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from health.drift import sketches
from health.drift.began import began
from health.drift.distances import (
    chi_squared,
    jensen_shannon,
    kolmogorov_smirnov,
    psi,
    smirnov_chance,
)
from health.drift.fields import _gap, compare, compare_sketches, facts_of, field_drift_of
from health.drift.wording import few_words, past_line_words, shift_words

EXACT = {"rel": 1e-9, "abs": 1e-12}


def test_distances_and_chances_are_those_of_scipy() -> None:
    before, after = [50, 30, 20, 10], [20, 25, 30, 15]
    p, q = np.array(before) / 110, np.array(after) / 90
    assert jensen_shannon(before, after) == pytest.approx(jensenshannon(p, q, 2), **EXACT)
    theirs = stats.chi2_contingency([before, after], correction=False).pvalue
    assert chi_squared(before, after) == pytest.approx(theirs, **EXACT)
    random = np.random.default_rng(1)
    first, second = random.normal(0, 1, 400), random.normal(0.3, 1, 300)
    gap, chance = kolmogorov_smirnov(first, second)
    theirs = stats.ks_2samp(first, second)
    assert gap == pytest.approx(theirs.statistic, **EXACT)
    assert chance == pytest.approx(theirs.pvalue, rel=0.25)  # theirs is not the limit
    assert psi([10, 20, 30], [10, 20, 30]) == 0.0
    assert psi(before, after) > 0.1


def _rows(
    count: int, seed: int, factor: float = 1.0, share: float = 1.0
) -> list[dict[str, object]]:
    random = np.random.default_rng(seed)
    return [
        {
            "flipper": float(random.normal(200, 14) * (factor if random.random() < share else 1)),
            "mass": float(random.normal(4200, 800)),
            "island": str(random.choice(["Biscoe", "Dream", "Torgersen"])),
            "note": f"an own text of every case, much too long to be a category: {random.random()}"
            * 2,
        }
        for _ in range(count)
    ]


def test_a_unit_that_changed_in_a_third_of_the_cases_is_found_and_named() -> None:
    found = compare(_rows(300, 1), _rows(90, 2, factor=0.1, share=0.33), day=40)
    assert [field.name for field in found if field.is_flagged] == ["flipper"]
    assert {field.name for field in found} == {"flipper", "mass", "island"}
    flipper = found[0]
    assert 20 < flipper.outside < 45
    assert flipper.span[0] > 150
    assert flipper.psi > 0.2


def test_a_new_category_and_values_that_are_missing_are_found() -> None:
    recent = _rows(90, 3)
    for number, row in enumerate(recent):
        if number % 3 == 0:
            row["island"] = "Anvers"
        if number % 2 == 0:
            row["mass"] = None
    found = {field.name: field for field in compare(_rows(300, 1), recent, day=40)}
    assert found["island"].unseen == ("Anvers",)
    assert (found["island"].outside, found["island"].is_flagged) == (30, True)
    assert (found["mass"].missing, found["mass"].is_flagged) == ((0.0, 0.5), True)
    assert not found["flipper"].is_flagged


def _since(days: int, name: str, change: Callable[[dict[str, object]], object]) -> date | None:
    """The day that is found of a field that changes so many days before the last of 40, with ten cases a day."""
    rows = _rows(400, 8)
    for row in rows[-10 * days :]:
        row[name] = change(row)
    dated = [(date(2025, 5, 1 + n // 10) if n < 310 else date(2025, 6, n // 10 - 30), row) for n, row in enumerate(rows)]  # fmt: skip
    found = compare(rows[:150], rows[-140:], day=1)
    (field,) = (each for each in found if each.name == name)
    assert field.is_flagged
    return began(field, dated[150:])


def test_the_day_on_which_a_field_began_to_change_is_found() -> None:
    begin = date(2025, 6, 4)  # six days before the last

    def shifted(row: dict[str, object]) -> float:
        return float(str(row["mass"])) + 1_500

    for name, change in {
        "flipper": lambda row: float(str(row["flipper"])) / 10,  # another unit
        "mass": shifted,
        "island": lambda _: "Anvers",
    }.items():
        assert _since(6, name, change) == begin
    turns = iter(range(1_000))
    half = _since(6, "mass", lambda row: None if next(turns) % 2 else row["mass"])
    assert half == begin


def test_the_day_stays_where_it_is_kept_and_is_told() -> None:
    rows = _rows(150, 8)
    late = [{**row, "island": "Anvers"} for row in _rows(60, 9)]
    (field,) = (each for each in compare(rows, late) if each.name == "island")
    assert field.since is None
    assert field_drift_of(json.loads(json.dumps(facts_of(field)))) == field
    assert "began" not in shift_words(field, "Island")
    known = replace(field, since=date(2025, 6, 4))
    assert field_drift_of(json.loads(json.dumps(facts_of(known)))) == known
    assert shift_words(known, "Island").endswith("never there before: Anvers. It began on 4 June.")
    of_a_former_release = {n: each for n, each in facts_of(field).items() if n != "since"}
    assert field_drift_of(json.loads(json.dumps(of_a_former_release))) == field


@pytest.mark.slow
def test_without_a_change_twenty_fields_over_ninety_days_are_hardly_ever_flagged() -> None:
    random = np.random.default_rng(4)
    names = [f"x{n}" for n in range(20)]

    def rows(count: int) -> list[dict[str, object]]:
        return [dict(zip(names, values, strict=True)) for values in random.normal(size=(count, 20))]

    flagged = 0
    for _ in range(3):
        reference = rows(200)
        flagged += any(
            field.is_flagged
            for day in range(1, 91, 6)
            for field in compare(reference, rows(60), day=day)
        )
    assert flagged == 0


@pytest.mark.parametrize("odd", [math.inf, -math.inf, math.nan, None, ""])
def test_odd_values_give_no_wrong_number(odd: object) -> None:
    recent: list[dict[str, object]] = [{**row, "flipper": odd} for row in _rows(60, 5)]
    found = {field.name: field for field in compare(_rows(100, 6), recent)}
    assert all(math.isfinite(field.psi) for field in found.values())
    assert 0 <= found["flipper"].p <= 1


def test_why_no_input_is_compared_is_said() -> None:
    today = date(2026, 11, 30)
    assert (
        few_words((12, 3), None, today)
        == "there are only 12 of these from before the last two weeks, and it takes 20"
    )
    lately = "only 1 case has come in the last two weeks, and it takes 20"
    assert (
        few_words((300, 1), None, today) == few_words((300, 1), date(2026, 11, 1), today) == lately
    )
    assert "only 9 cases have come since somebody closed an alarm on 28 November" in few_words(
        (300, 9), date(2026, 11, 28), today
    )
    assert few_words((300, 0), None, today).startswith(
        "no case has come in the last two weeks, and"
    )
    assert few_words((1, 9), None, today).startswith("there is only 1 of these from before")
    assert few_words((0, 9), None, today).startswith("there are none of these from before")
    assert few_words((300, 200), None, today).startswith("no input has values to count; texts,")


def test_too_few_cases_say_nothing() -> None:
    assert compare(_rows(19, 1), _rows(500, 2)) == []
    assert compare([], []) == []
    with pytest.raises(ValueError, match="from 1 on"):
        compare(_rows(30, 1), _rows(30, 2), day=0)


def test_ten_thousand_categories_and_one_value_alone_are_no_trouble() -> None:
    before: list[dict[str, object]] = [{"id": f"c{n}", "same": 1.0} for n in range(10_000)]
    after: list[dict[str, object]] = [{"id": f"d{n}", "same": 1.0} for n in range(1_000)]
    found = {field.name: field for field in compare(before, after)}
    assert found["same"].psi < 0.01
    assert found["id"].outside == 1_000


def test_rare_categories_are_found_when_others_take_their_place_and_else_left_alone() -> None:
    """Rarer ones are counted together, and names that never come twice, such as numbers of orders, tell nothing."""
    random, flags = np.random.default_rng(8), 0
    for n in range(120):
        shares = random.dirichlet(np.full(40, 0.5))
        before, after = (random.choice(40, size, p=shares) for size in (200, 60))
        rows = [
            [{"kind": f"k{each}", "order": f"{n}-{random.random()}"} for each in side]
            for side in (before, after)
        ]
        flags += sum(field.p < 0.01 for field in compare(*rows))
    assert flags <= 6  # 2.4 of 240 by chance
    moved = [row | {"kind": f"k{each + 40}"} for row, each in zip(rows[1], after, strict=True)]
    found = compare(rows[0], moved)[0]
    assert (found.name, found.is_flagged, found.outside) == ("kind", True, 60)


def test_sketches_are_exact_for_few_cases_and_add_up_in_any_order() -> None:
    random = np.random.default_rng(8)
    before = np.round(random.normal(0, 1, 300), 1)  # with ties
    after = np.concatenate([np.round(random.normal(0.4, 1, 200), 1), [math.nan, math.inf, 9.0]])
    first = sketches.reference({"x": before}, frozenset(), 300)
    whole, singly, parts = (sketches.empty(first) for _ in range(3))
    whole.add_columns({"x": after}, len(after))
    for value in after:
        singly.add({"x": float(value)})
    for part in (after[150:], after[:150]):
        other = sketches.empty(first)
        other.add_columns({"x": part}, len(part))
        parts.merge(other)
    finite = after[np.isfinite(after)]
    edges = np.unique(np.quantile(before, np.linspace(0, 1, 11)[1:-1]))
    deciles = np.bincount(np.searchsorted(edges, finite), minlength=len(edges) + 1)
    for sketch in (whole, singly, parts):
        counts = sketch.numbers["x"]
        gap, chance = kolmogorov_smirnov(before, finite)
        assert smirnov_chance(_gap(first.numbers["x"], counts), 300, 201) == pytest.approx(chance, **EXACT)  # fmt: skip
        assert counts.by_decile.tolist() == deciles.tolist()
        assert (counts.outside, sketch.missing["x"], counts.n) == (int(np.sum(finite > before.max()) + np.sum(finite < before.min())) + 1, 1, 201)  # fmt: skip
        assert gap > 0.1


def test_the_statistic_of_many_cases_is_within_its_bound() -> None:
    random = np.random.default_rng(9)
    before, after = random.standard_exponential(20_000), random.standard_exponential(20_000) * 1.1
    first = sketches.reference({"x": before}, frozenset(), 20_000)
    recent = sketches.empty(first)
    recent.add_columns({"x": after}, 20_000)
    gap, _ = kolmogorov_smirnov(before, after)
    ours = _gap(first.numbers["x"], recent.numbers["x"])
    assert gap - 1 / sketches.MOST_EDGES <= ours <= gap + 1e-12
    assert len(first.numbers["x"].edges.listed) < 600
    assert compare_sketches(first, recent)[0].p < 1e-9


def test_a_bar_past_the_line_that_is_not_flagged_has_its_reason() -> None:
    """Few cases may be far away by chance; many of a real change are flagged, and need no excuse."""
    random = np.random.default_rng(3)
    before = [
        {"bill": float(x), "mass": 1.0 + n % 5} for n, x in enumerate(random.normal(0, 1, 100))
    ]
    few = [{"bill": float(x), "mass": 1.0 + n % 5} for n, x in enumerate(random.normal(0.7, 1, 25))]
    found = compare(before, few, day=60)
    past = [field for field in found if field.psi >= 0.2]
    assert [field.name for field in past] == ["bill"]
    words = past_line_words(found, {"bill": "Bill length"})
    assert words.startswith(
        "Bill length is past the line of 0.20 and yet has not changed for certain: with 25 "
    )
    assert "as 2 fields are compared every day" in words
    moved = [row | {"bill": row["bill"] + 5} for row in before]
    flagged = compare(before, moved)
    assert flagged[0].is_flagged
    assert past_line_words(flagged, {}) == ""
