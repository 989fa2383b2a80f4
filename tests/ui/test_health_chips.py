"""What a press on Health does to the filters that are chosen: those of other fields stay, one of the same field goes."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from ui.cases.chips import AND, single, values_of, without
from ui.health.address import Chosen, are_chosen, is_part, with_chips, without_chips

THERE = {
    "value": f"year=2007{AND}sex=male",
    "within": "bill=31..41",
    "answer": "Adelie",
    "week": "2026-11-02",
}


@pytest.mark.parametrize(
    ("pressed", "left"),
    [
        ({"value": "island=Dream"}, THERE | {"value": f"year=2007{AND}sex=male{AND}island=Dream"}),
        ({"value": "year=2008"}, THERE | {"value": f"sex=male{AND}year=2008"}),
        ({"within": "mass=..3000"}, THERE | {"within": f"bill=31..41{AND}mass=..3000"}),
        ({"within": "bill=31..35"}, THERE | {"within": "bill=31..35"}),
        ({"version": "2"}, THERE | {"version": "2"}),
        ({"truth": "Gentoo", "answer": "Gentoo"}, THERE | {"truth": "Gentoo", "answer": "Gentoo"}),
        ({"value": "bill="}, {n: v for n, v in (THERE | {"value": f"year=2007{AND}sex=male{AND}bill="}).items() if n != "within"}),
        ({"days": "2026-11-03..2026-11-03"}, {n: v for n, v in (THERE | {"days": "2026-11-03..2026-11-03"}).items() if n != "week"}),
    ],
)  # fmt: skip
def test_a_press_adds_to_the_filters_of_other_fields(
    pressed: dict[str, str], left: dict[str, str]
) -> None:
    assert not are_chosen(pressed, THERE)
    assert with_chips(THERE, pressed) == left
    assert are_chosen(pressed, left)


def test_a_second_press_takes_its_filter_away_alone() -> None:
    both = with_chips(THERE, {"value": "island=Dream", "days": "2026-11-03..2026-11-03"})
    assert without_chips(both, {"value": "island=Dream", "days": "2026-11-03..2026-11-03"}) == {
        name: value for name, value in THERE.items() if name != "week"
    }
    assert without_chips(THERE, {"within": "bill=31..41"}) == {
        name: value for name, value in THERE.items() if name != "within"
    }


def test_a_list_of_cases_has_the_same_filters_and_those_of_its_row() -> None:
    chosen = Chosen(server="demo", model="penguins", since=None, chips=THERE)
    query = dict(parse_qsl(chosen.cases(value="island=Dream").partition("?")[2]))
    assert query["value"].split(AND) == ["year=2007", "sex=male", "island=Dream"]
    assert (query["within"], query["answer"]) == ("bill=31..41", "Adelie")
    assert query["days"] == "2026-11-02..2026-11-08"


def test_only_cases_within_the_chosen_ones_are_a_part_of_them() -> None:
    for part in ({"value": "island=Dream"}, {"within": "bill=33..35"}, {"value": "sex=male"}):
        assert is_part(part, THERE)
    for other in ({"value": "sex=female"}, {"within": "bill=40..45"}, {"answer": "Gentoo"}):
        assert not is_part(other, THERE)


def test_a_filter_by_several_fields_is_read_as_a_whole_or_not_at_all() -> None:
    assert values_of(f"a=1{AND}b=") == (("a", "1"), ("b", ""))
    assert values_of("a=x & y=z") == (("a", "x & y=z"),)
    assert values_of(f"a=1{AND}nothing") == values_of("") == ()
    assert single("value", f"a=1{AND}b=2") == ["a=1", "b=2"]
    assert single("answer", "a") == ["a"]
    assert without("value", f"a=1{AND}b=2", "a=1") == "b=2"
    assert without("answer", "a", "a") == ""
