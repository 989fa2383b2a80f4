"""The plan of a demonstration's history, and what becomes of one that was cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from cases.attempt import draft
from cases.audit_sample import AuditDraw
from cases.batch import predict_rows
from db.cases import CaseView
from db.engine import Sessions, close, make_sessions, reading
from db.ids import new_id
from db.tables import Feedback
from demonstration import history
from demonstration.history import write
from demonstration.incidents import OUTAGE
from demonstration.plan import DAYS, DEPLOYMENTS, EDGES, parts, working_day
from demonstration.reviews import finish
from demonstration.timeline import Timeline
from demonstration.times import Times
from feedback.review_queue import queue
from feedback.submission import submit
from mds_client import MdsClient, ModelRef, Server
from tests.databases import sqlite_below
from tests.demonstration.test_ninety_days import MODELS, NOW, START
from tests.recorded import add_case


@pytest.mark.slow
def test_what_was_cut_off_is_taken_up(
    mds_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also on a later day, and with what people had not come to say."""
    some = [each for each in DEPLOYMENTS if each.model == "sentiment"]
    monkeypatch.setattr(history, "DEPLOYMENTS", some)
    for name in ("whole", "cut"):
        (tmp_path / name).mkdir()
    whole, cut = (make_sessions(sqlite_below(tmp_path / name)) for name in ("whole", "cut"))
    with MdsClient(Server(name="demo", url=mds_url)) as client:

        def ask(sessions: Sessions, until: datetime) -> int:
            def predictor(one: object) -> object:
                return client.model(one.model, one.version)

            return write(predictor, sessions, MODELS, until=until)

        count = ask(whole, NOW)
        monkeypatch.setattr(history, "predict_rows", _broken_after(3))
        with pytest.raises(KeyboardInterrupt):
            ask(cut, NOW)
        monkeypatch.setattr(history, "predict_rows", predict_rows)
        assert 0 < ask(cut, NOW + timedelta(days=3)) < count
        assert ask(cut, NOW + timedelta(days=4)) == 0
    assert _said(cut) == _said(whole)
    for sessions in (whole, cut):
        close(sessions)


def _broken_after(parts_written: int) -> Callable[..., Iterator[list[CaseView]]]:
    asked = iter(range(parts_written))

    def broken(*args: object, **options: object) -> Iterator[list[CaseView]]:
        if next(asked, None) is None:
            raise KeyboardInterrupt
        return predict_rows(*args, **options)

    return broken


def _said(sessions: Sessions) -> list[tuple[object, ...]]:
    columns = (Feedback.created_at, Feedback.person, Feedback.judgement)
    with reading(sessions) as session:
        return sorted(tuple(row) for row in session.execute(select(*columns)))


def test_the_same_seed_plans_the_same() -> None:
    rows = dict.fromkeys(DEPLOYMENTS, 50)
    assert list(parts(rows, START, 1)) == list(parts(rows, START, 1))
    assert list(parts(rows, START, 1)) != list(parts(rows, START, 2))
    assert (EDGES[0], EDGES[-1], DAYS) == (0, 90, 90)


def test_an_outage_is_on_a_working_day() -> None:
    for shift in range(7):
        start = START + timedelta(days=shift)
        day = working_day(start, OUTAGE.day)
        assert 0 <= day - OUTAGE.day <= 2
        assert (start + timedelta(days=day)).weekday() < 5


def test_times_are_drawn_between_those_that_were_measured(case: CaseView) -> None:
    times = Times(seconds=[(1.0, 0.5), (2.0, 1.0), (4.0, 3.0)])
    drawn = [
        times.drawn(case, lambda share=share: share) for share in (0.0, 0.25, 0.5, 0.75, 0.999_999)
    ]
    assert [round(each.seconds_total, 3) for each in drawn] == [1.0, 1.5, 2.0, 3.0, 4.0]
    assert [round(each.seconds_wire, 3) for each in drawn] == [0.5, 0.75, 1.0, 2.0, 3.0]
    assert times.drawn(case, lambda: 0.5, 30.0).seconds_total == 60.0
    assert Times(seconds=[]).drawn(case, lambda: 0.5) == case


def test_people_act_in_the_order_of_time_and_not_after_the_end() -> None:
    done: list[str] = []
    day = datetime(2026, 3, 3, tzinfo=UTC)
    timeline = Timeline(day + timedelta(days=2))
    timeline.add(day + timedelta(days=1), lambda: done.append("second"))
    timeline.add(day + timedelta(days=3), lambda: done.append("too late"))
    timeline.add(
        day, lambda: (done.append("first"), timeline.add(day, lambda: done.append("then")))
    )
    timeline.run(day + timedelta(hours=1))
    assert done == ["first", "then"]
    timeline.run(day + timedelta(days=9))
    assert done == ["first", "then", "second"]


def test_what_waits_at_the_end_is_as_old_as_what_asks_for_it(sessions: Sessions) -> None:
    asked_at, said_at = NOW - timedelta(days=9), NOW - timedelta(days=8)
    flagged, drawn = (
        add_case(sessions, created_at=asked_at, is_audited=is_audited, audit_draw=0.5, unlike="")
        for is_audited in (False, True)
    )
    submit(
        sessions, case_id=flagged.id, person="ann", judgement="incorrect", key="flag",
        clock=lambda: said_at,
    )  # fmt: skip
    finish(sessions, NOW)
    waiting = queue(sessions, "rita", clock=lambda: NOW).items
    assert {each.case_id: each.created_at for each in waiting} == {
        flagged.id: said_at,
        drawn.id: asked_at,
    }


@pytest.fixture
def case() -> CaseView:
    lottery = AuditDraw(probability=0.1, draw=0.5)
    ref, key = ModelRef(server="demo", name="wine"), new_id()
    return draft(ref, {"alcohol": 13.0}, key, "ada", lottery, START, key, "demo")
