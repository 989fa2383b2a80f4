"""What is longer than what is kept is refused with a sentence, and nothing of it is recorded: nobody's words are cut off
unseen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cases import retention
from cases.errors import TooLong
from cases.retention import hold, hold_of
from cases.shares import share, shares
from db.case_search import CaseFilter
from db.engine import Sessions
from feedback.comments import comment
from feedback.data_sets import freeze
from feedback.errors import FeedbackRefused
from feedback.review_rules import DEFAULT, Rules, rules_of, set_rules
from health.alarms.decisions import DecisionRefused, decide, decisions
from tests.recorded import add_case

OF = {"server": "shelf", "model": "penguins"}


def test_what_is_too_long_is_refused_with_a_sentence(sessions: Sessions) -> None:
    case = add_case(sessions)
    me = {"case_id": case.id, "person": "ada"}

    def rules() -> None:
        set_rules(sessions, **OF, rules=Rules(instructions="x" * 10_001), person="ada")

    def held() -> None:
        hold(sessions, case.id, person="ada", reason="x" * 2_001, now=retention.now())

    wrong: list[tuple[Callable[[], object], type[Exception], str]] = [
        (lambda: comment(sessions, **me, words="x" * 10_001, key="k"), FeedbackRefused, "10,001"),
        (lambda: freeze(sessions, CaseFilter(**OF), name="x" * 201, person="ada"), FeedbackRefused, "201"),
        (rules, FeedbackRefused, "10,001"),
        (held, TooLong, "2,001"),
        (lambda: share(sessions, case_id=case.id, by="ada", to="x" * 201), TooLong, "201"),
        (lambda: decide(sessions, **OF, person="ada", decision="acknowledged", reason="x" * 2_001), DecisionRefused, "2,001"),
    ]  # fmt: skip
    for said, error, length in wrong:
        with pytest.raises(error, match=f"at most .* characters, and this one {length}"):
            said()
    assert rules_of(sessions, **OF) == DEFAULT
    assert hold_of(sessions, case.id) is None
    assert shares(sessions, case.id) == []
    assert list(decisions(sessions, **OF)) == []
    comment(sessions, **me, words="x" * 10_000, key="k")
