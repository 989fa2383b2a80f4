"""With which cases a show begins that is made of a list."""

from __future__ import annotations

from dataclasses import fields

from db.case_search import CaseLine
from tests.recorded import case_of
from ui.shows.making import shown_once


def _line(name: str, **changes: object) -> CaseLine:
    case = case_of(**changes)
    known = {each.name: getattr(case, each.name) for each in fields(CaseLine)}
    return CaseLine(**{**known, "id": name})


def test_scenarios_are_left_out_and_of_the_same_question_all_but_the_newest() -> None:
    lines = [
        _line("newest", entered={"bill": 39.1, "sex": "male"}),
        _line("scenario", entered={"bill": 41.0}, purpose="scenario"),
        _line("of another model", entered={"bill": 39.1, "sex": "male"}, model="wine"),
        _line("other", entered={"bill": 41.0}),
        _line("failed", entered={"bill": 42.0}, outcome="failed"),
        _line("older", entered={"sex": "male", "bill": 39.1}, version="v0"),
    ]
    assert shown_once(lines) == ["newest", "of another model", "other"]
