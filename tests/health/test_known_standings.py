"""The word for each model is worked out anew where something changed in it, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db.engine import Sessions, limited
from db.scope import Models, Scope
from feedback.submission import submit
from health import standing
from health.alarms.decisions import decide
from health.day_counts import fold
from health.known_standings import Kept
from health.standing import Standing, in_order, standings
from tests.recorded import FAILED, add_case, add_cases, case_of

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
NAMES = ("a", "b", "c")


@pytest.fixture
def worked_out(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three models with ten cases each; which of them were worked out, by their names."""
    add_cases(
        sessions,
        *(
            case_of(server="s", model=name, created_at=NOW - timedelta(days=day))
            for name in NAMES
            for day in range(1, 11)
        ),
    )
    fold(sessions)
    monkeypatch.setattr(standing, "_known", Kept())
    made: list[str] = []
    plain = standing.standing_of

    def counted(of: tuple[str, str], *args: object, **more: object) -> Standing:
        made.append(of[1])
        return plain(of, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(standing, "standing_of", counted)
    return made


def _look(sessions: Sessions, days: float = 0.0) -> dict[str, Standing]:
    found = standings(sessions, clock=lambda: NOW + timedelta(days=days))
    return {name: each for (_, name), each in found.items()}


def test_what_has_not_changed_is_not_worked_out_again(
    sessions: Sessions, worked_out: list[str]
) -> None:
    first = _look(sessions)
    assert worked_out == list(NAMES)
    assert _look(sessions, 0.1) == first
    assert worked_out == list(NAMES)
    assert list(_look(sessions, 1)) == list(NAMES)  # another day: the weeks are others
    assert worked_out == [*NAMES, *NAMES]


def _ask(sessions: Sessions) -> None:
    add_case(sessions, server="s", model="b", created_at=NOW, **FAILED)


def _judge(sessions: Sessions) -> None:
    case = add_case(sessions, server="s", model="b", created_at=NOW)
    submit(sessions, case_id=case.id, person="ada", judgement="correct", key="k")


def _decide(sessions: Sessions) -> None:
    of = {"server": "s", "model": "b"}
    decide(sessions, **of, person="olga", decision="acknowledged", clock=lambda: NOW)


@pytest.mark.parametrize("change", [_ask, _judge, _decide])
@pytest.mark.parametrize("is_counted", [False, True])
def test_where_something_changed_it_is_worked_out_alone(
    sessions: Sessions,
    worked_out: list[str],
    change: Callable[[Sessions], None],
    is_counted: bool,
) -> None:
    before = _look(sessions)
    change(sessions)
    if is_counted:
        fold(sessions)
    worked_out.clear()
    after = _look(sessions)
    assert worked_out == ["b"]
    assert after["b"] != before["b"]
    assert (after["a"], after["c"]) == (before["a"], before["c"])
    standing._known = Kept()
    assert _look(sessions) == after  # as it is without anything kept


def test_put_off_ends_by_itself(sessions: Sessions, worked_out: list[str]) -> None:
    moment = NOW - timedelta(hours=20)
    of = {"server": "s", "model": "b", "person": "olga"}
    decide(sessions, **of, decision="snoozed", days=1, clock=lambda: moment)
    assert _look(sessions)["b"].put_off.startswith("Put off until 1 June")
    worked_out.clear()
    assert _look(sessions, 0.3)["b"].put_off == ""
    assert worked_out == []


def test_who_may_not_use_the_counts_gets_nothing_that_was_kept(
    sessions: Sessions, worked_out: list[str]
) -> None:
    _look(sessions)
    worked_out.clear()
    ours = (Models(server="s", name="a"),)
    own = limited(sessions, Scope(person="ann", seen=ours))
    assert _look(own) == {}
    assert worked_out == []
    reviewed = limited(sessions, Scope(person="ann", seen=ours, reviewed=ours))
    assert [each.cases for each in _look(reviewed).values()] == [10]
    assert worked_out == ["a"]


def test_more_models_than_a_few_are_read_at_once(
    sessions: Sessions, worked_out: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "_FEW", 2)
    at_once = _look(sessions)
    standing._known = Kept()
    monkeypatch.setattr(standing, "_FEW", 3)
    assert _look(sessions) == at_once


def test_what_is_put_off_stands_after_what_nobody_put_off(
    sessions: Sessions, worked_out: list[str]
) -> None:
    found = _look(sessions)
    put_off = replace(found["a"], put_off="Put off until 6 June by olga.")
    worse = replace(found["c"], status=replace(found["c"].status, word="Act"))
    assert in_order([put_off, found["b"], worse]) == [worse, found["b"], put_off]
