"""Retention: what is due goes and nothing else, figures stay, the trail holds, and no change is hidden."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

import db.audit_log
import db.cases
import settings as configuration
from audit_log.verify import verify
from cases import deleting, erasure, retention
from cases.batch import RowsRequest, predict_rows
from cases.jobs.retention import kind
from cases.payloads import readable
from cases.recording import predict_and_record
from cli.main import main
from db.deletion import Wanted
from db.engine import Session, Sessions, close, limited, make_sessions, reading, writing
from db.errors import OutOfScope
from db.scope import Models, Scope
from db.tables import Base, Case, CaseComment, DeletedCases, Feedback
from feedback.comments import comment
from feedback.submission import submit
from health.cohort import Cohort
from health.summary import HealthRow, recent_series, summarise
from settings import RetentionSettings, Settings
from tests.cases.test_batch import Rows
from tests.stub_predictor import StubPredictor

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
RULE = RetentionSettings(body_days=10, case_days=100)


def _asked(sessions: Sessions, days: float, purpose: str = "asked") -> str:
    """A case that was asked so many days ago."""
    at = NOW - timedelta(days=days)
    values = {"bill": 39.1 + days}
    return predict_and_record(
        StubPredictor(), values, sessions=sessions, key=f"{days}", person="ada", clock=lambda: at,
        random=lambda: 0.01 if int(days) % 2 else 0.9, purpose=purpose,
    ).case_id  # fmt: skip


def _judged(sessions: Sessions, case_id: str, judgement: str, person: str = "ada") -> None:
    key = f"{case_id}{person}{judgement}"
    submit(sessions, case_id=case_id, key=key, judgement=judgement, person=person)


def _count(sessions: Sessions, table: type[Base]) -> int:
    with reading(sessions) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def _with_bodies(session: Session, case_id: str) -> bool:
    """Whether both bodies are there; both or neither are."""
    (has,) = {bool(body.data) for body in db.cases.bodies(session, case_id) or ()}
    return has


@pytest.fixture
def ids(sessions: Sessions) -> dict[str, str]:
    """Cases of several ages, by a name: with judgements, a comment, and one golden and one held among the old."""
    made = {f"old{n}": _asked(sessions, 200 + n) for n in range(4)}
    made["middle"] = _asked(sessions, 50)
    made["new"] = _asked(sessions, 1)
    made["golden"] = _asked(sessions, 300, purpose="golden")
    made["held"] = _asked(sessions, 301)
    for name, judgement in (("old0", "unsure"), ("old1", "correct"), ("middle", "incorrect")):
        _judged(sessions, made[name], judgement)
    _judged(sessions, made["old0"], "incorrect")
    _judged(sessions, made["old0"], "correct", person="rita")
    comment(sessions, case_id=made["old2"], person="rita", words="odd", key="c")
    retention.hold(sessions, made["held"], person="olga", reason="a complaint", now=NOW)
    return made


def test_what_is_due_goes_and_nothing_else(sessions: Sessions, ids: dict[str, str]) -> None:
    (due,) = retention.preview(sessions, [RULE], NOW)
    assert (due.cases, due.statements, due.bodies, due.staying) == (4, 5, 1, 2)
    assert _count(sessions, Case) == 8  # a preview deletes nothing
    (done,) = retention.run(sessions, [RULE], NOW)
    assert (done.cases, done.bodies, done.changed) == (4, 1, 0)
    with reading(sessions) as session:
        left = set(session.scalars(select(Case.id)))
        assert left == {ids[name] for name in ("middle", "new", "golden", "held")}
        for name, has_bodies in (
            ("middle", False),
            ("new", True),
            ("golden", True),
            ("held", True),
        ):
            assert _with_bodies(session, ids[name]) is has_bodies
        request, _ = db.cases.bodies(session, ids["middle"]) or ()
        assert readable(request) == f"[deleted: {request.size:,} bytes]"
        kept = db.cases.by_id(session, ids["middle"])
        assert kept
        assert (kept.entered, kept.answer_label) == ({"bill": 89.1}, "Adelie")
    assert (_count(sessions, Feedback), _count(sessions, CaseComment)) == (1, 0)
    again = retention.run(sessions, [RULE], NOW)
    assert [(d.cases, d.bodies, d.changed) for d in again] == [(0, 0, 0)]
    assert [(d.cases, d.bodies) for d in retention.preview(sessions, [RULE], NOW)] == [(0, 0)]


def test_the_trail_holds_and_still_finds_what_is_changed(
    sessions: Sessions, ids: dict[str, str]
) -> None:
    retention.run(sessions, [RULE], NOW)
    assert verify(sessions).findings == ()
    with reading(sessions) as session:
        assert db.audit_log.salts(session, "case", [ids["old0"]]) == {}
        assert db.audit_log.salts(session, "case", [ids["middle"]])
    with writing(sessions) as session:
        session.execute(update(Case).where(Case.id == ids["middle"]).values(answer_label="Gentoo"))
    (found,) = verify(sessions).findings
    assert ids["middle"] in found.sentence
    assert found.sentence.endswith("was changed.")


def test_a_changed_case_keeps_its_bodies_so_that_the_change_is_found(
    sessions: Sessions, ids: dict[str, str]
) -> None:
    with writing(sessions) as session:
        session.execute(update(Case).where(Case.id == ids["middle"]).values(answer_label="Gentoo"))
    (done,) = retention.run(sessions, [RULE], NOW)
    assert (done.bodies, done.changed) == (0, 1)
    (found,) = verify(sessions).findings
    assert ids["middle"] in found.sentence


def test_figures_are_the_same_afterwards(sessions: Sessions, ids: dict[str, str]) -> None:
    def figures() -> tuple[HealthRow, list[tuple[object, ...]]]:
        (row,) = summarise(sessions)
        since = NOW - timedelta(days=400)
        days = recent_series(sessions, cohort=Cohort(since=since), clock=lambda: NOW)
        return replace(row, latency=None), [(d.start, d.cases, d.answered, d.errors) for d in days]

    before = figures()
    assert before[0].accuracy.n
    retention.run(sessions, [RULE], NOW)
    assert _count(sessions, DeletedCases)
    assert figures() == before
    # What is lost: times of single answers are gone, so percentiles are of the cases that are left.
    (row,) = summarise(sessions)
    assert row.answered == 7  # all but the golden one
    assert row.latency
    assert row.latency.n == 3


def test_rows_that_share_the_bodies_of_a_golden_one_keep_them(sessions: Sessions) -> None:
    rows = RowsRequest(model=Rows(), sessions=sessions, key="file", person="bob")
    list(predict_rows(rows, [{"x": n} for n in range(3)]))
    with writing(sessions) as session:
        first, *rest = session.scalars(select(Case).order_by(Case.wire_of.is_not(None), Case.id))
        retained = rest[-1].id
    later = datetime.now(UTC) + timedelta(days=400)
    retention.hold(sessions, retained, person="olga", reason="", now=later)
    (done,) = retention.run(sessions, [RULE], later)
    assert done.cases == 1
    with reading(sessions) as session:
        assert set(session.scalars(select(Case.id))) == {first.id, retained}
        assert _with_bodies(session, retained)
    assert verify(sessions).findings == ()
    assert retention.release(sessions, retained, person="olga")
    (done,) = retention.run(sessions, [RULE], later)
    assert done.cases == 2
    assert verify(sessions).findings == ()


def test_the_first_rule_that_fits_a_model_counts() -> None:
    rules = [
        RetentionSettings(models=["penguin*"], case_days=5),
        RetentionSettings(servers=["demo"], case_days=9),
    ]
    assert retention.rule_of(rules, "demo", "penguins") is rules[0]
    assert retention.rule_of(rules, "demo", "loans") is rules[1]
    assert retention.rule_of(rules, "other", "loans") is None


def test_without_a_rule_nothing_is_due_and_nothing_runs_at_night(
    sessions: Sessions, ids: dict[str, str]
) -> None:
    assert retention.preview(sessions, [], NOW) == []
    assert retention.run(sessions, [], NOW) == []
    assert _count(sessions, Case) == 8

    class Tools:
        def __init__(self, rules: list[RetentionSettings]) -> None:
            self.sessions, self.settings = sessions, Settings(retention=rules)

    assert kind(Tools([])).schedule == ""
    assert kind(Tools([RULE])).schedule


@pytest.fixture
def configured(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MDS_DATABASE_URL", database_url)
    monkeypatch.setenv("MDS_RETENTION", json.dumps([{"body_days": 10, "case_days": 100}]))
    configuration.settings.cache_clear()
    yield
    configuration.settings.cache_clear()


@pytest.mark.slow
def test_an_operator_previews_holds_and_runs(
    configured: None, sessions: Sessions, ids: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["retention", "hold", ids["old3"], "--reason", "a complaint"]) == 0
    assert main(["retention", "hold", ids["old3"]]) == 2
    assert main(["retention", "hold", "01JWNNWPR00000000000000000"]) == 4
    assert main(["retention", "held", "--json"]) == 0
    held = json.loads(capsys.readouterr().out)["held"]
    assert {each["case_id"] for each in held} == {ids["old3"], ids["held"]}
    assert main(["retention", "preview"]) == 0
    # By the clock of this machine every case of the test's past or future may be due: those that stay never are.
    assert "MODEL" in capsys.readouterr().out
    assert main(["retention", "run"]) == 0
    assert "Others that lost what was sent and came back" in capsys.readouterr().out
    with reading(sessions) as session:
        assert {ids["old3"], ids["held"], ids["golden"]} <= set(session.scalars(select(Case.id)))
    assert main(["retention", "release", ids["old3"]]) == 0
    assert main(["retention", "release", ids["old3"]]) == 4
    assert main(["audit", "verify"]) == 0


def test_only_who_operates_everything_deletes_holds_or_takes_out(
    sqlite_url: str, tmp_path: Path
) -> None:
    made = make_sessions(sqlite_url)
    case_id = _asked(made, 200)
    every = (Models(),)
    scope = Scope(person="ada", seen=every, reviewed=every, operated=(Models(server="shelf"),))
    narrow = limited(made, scope)
    for call in (
        lambda: retention.preview(narrow, [RULE], NOW),
        lambda: retention.run(narrow, [RULE], NOW),
        lambda: retention.hold(narrow, case_id, person="ada", reason="", now=NOW),
        lambda: retention.release(narrow, case_id, person="ada"),
        lambda: list(deleting.delete_cases(narrow, Wanted(person="ada"), person="ada")),
        lambda: list(deleting.delete_bodies(narrow, Wanted(person="ada"), person="ada")),
        lambda: erasure.find(narrow, "ada"),
        lambda: erasure.export(narrow, "ada", tmp_path / "ada.zip", by="ada"),
        lambda: erasure.erase(narrow, "ada", by="ada"),
    ):
        with pytest.raises(OutOfScope):
            call()
    assert not (tmp_path / "ada.zip").exists()
    assert _count(made, Case) == 1
    close(made)
