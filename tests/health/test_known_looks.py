"""A look at one model is worked out anew where something changed in what it is made of, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from db.engine import Sessions, limited, writing
from db.health_detections import DetectionView, put
from db.scope import Models, Scope
from feedback.submission import submit
from health import overview
from health.alarms.decisions import decide
from health.chosen_reference import window
from health.cohort import EVERY, Cohort
from health.day_counts import fold
from health.known_looks import KnownLooks
from health.overview import Look, look
from health.titles import FieldWords, Measured
from tests.recorded import FAILED, add_case, add_cases, case_of

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
MODEL = ("shelf", "penguins")
OF = {"server": "shelf", "model": "penguins"}


@pytest.fixture
def read(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Two cases a day, which are counted; how often they were read."""
    at = [NOW - timedelta(days=day, minutes=n) for day in range(1, 61) for n in (1, 2)]
    add_cases(sessions, *(case_of(created_at=moment) for moment in at))
    fold(sessions)
    monkeypatch.setattr(overview, "_known", KnownLooks())
    times: list[int] = []
    plain = overview._read

    def counted(*args: object) -> object:
        times.append(1)
        return plain(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(overview, "_read", counted)
    return times


def _look(
    sessions: Sessions,
    cohort: Cohort = EVERY,
    hours: float = 0.0,
    titles: Mapping[str, str] | None = None,
    words: FieldWords | None = None,
) -> Look | None:
    return look(
        sessions,
        *MODEL,
        cohort,
        titles=lambda *_: titles or {},
        words=lambda *_: words or {},
        clock=lambda: NOW + timedelta(hours=hours),
    )


def test_nothing_is_read_again_where_nothing_changed(sessions: Sessions, read: list[int]) -> None:
    first = _look(sessions)
    assert first is not None
    assert _look(sessions, hours=2) is not None
    assert len(read) == 1
    _look(sessions, hours=24)  # another day: the weeks are others
    _look(sessions, Cohort(version="v1"))
    _look(sessions, titles={"bill": "Bill"})
    _look(sessions, words={"bill": Measured("mm")})
    _look(sessions, words={"bill": Measured("cm")})
    assert len(read) == 6


def _ask(sessions: Sessions) -> None:
    add_case(sessions, created_at=NOW, **FAILED)


def _judge(sessions: Sessions) -> None:
    case = add_case(sessions, created_at=NOW, is_audited=True)
    submit(sessions, case_id=case.id, person="ada", judgement="correct", key="k")


def _decide(sessions: Sessions) -> None:
    decide(sessions, **OF, person="olga", decision="acknowledged", clock=lambda: NOW)


def _choose(sessions: Sessions) -> None:
    days = ((NOW - timedelta(days=n)).date() for n in (50, 20))
    window(sessions, *MODEL, *days, person="olga", clock=lambda: NOW)


def _detect(sessions: Sessions) -> None:
    found = DetectionView(
        **OF, detector="birds-drift", asked_at=NOW, last_case="c", cases=120, is_drift=True, p=0.01, distance=0.2, threshold=0.05
    )  # fmt: skip
    with writing(sessions) as session:
        put(session, found)


@pytest.mark.parametrize("change", [_ask, _judge, _decide, _choose, _detect])
@pytest.mark.parametrize("is_counted", [False, True])
def test_what_changes_is_seen_at_once(
    sessions: Sessions, read: list[int], change: Callable[[Sessions], None], is_counted: bool
) -> None:
    before = _look(sessions)
    change(sessions)
    if is_counted:
        fold(sessions)
    after = _look(sessions)
    assert len(read) == 2
    assert before is not None
    assert after is not None
    parts = ("standing", "steps", "drift_reference", "detections", "failed")
    assert any(getattr(after, name) != getattr(before, name) for name in parts)
    overview._known = KnownLooks()
    anew = _look(sessions)
    assert [getattr(anew, name) for name in parts] == [getattr(after, name) for name in parts]


def test_put_off_ends_by_itself_in_a_look(sessions: Sessions, read: list[int]) -> None:
    moment = NOW - timedelta(hours=20)
    decide(sessions, **OF, person="olga", decision="snoozed", days=1, clock=lambda: moment)
    first, later = _look(sessions), _look(sessions, hours=6)
    assert first is not None
    assert later is not None
    assert first.standing.put_off.startswith("Put off until 1 June")
    assert (later.standing.put_off, len(read)) == ("", 1)


def test_who_may_not_see_a_model_gets_no_look_that_was_kept(
    sessions: Sessions, read: list[int]
) -> None:
    assert _look(sessions) is not None
    other = Scope(person="ann", seen=(Models(server="shelf", name="other"),), is_of_all_people=True)
    assert _look(limited(sessions, other)) is None
    ours = Scope(person="ann", seen=(Models(server="shelf", name="penguins"),))
    own = _look(limited(sessions, ours))
    assert own is None or own.standing.cases == 0
