"""A show and a demonstration: what is recorded in one stays apart, and is gone when it is reset; the trail holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update

import db.audit_log
import db.health_alarms
import db.workspaces
from audit_log.verify import verify
from audit_log.workspaces import current, opened
from cases import retention
from cases.batch import RowsRequest, predict_rows
from cases.errors import CaseNotRecorded, CasesHeld, NoSuchWorkspace
from cases.recording import Recorded, predict_and_record
from cases.scenarios import ask_scenario
from cases.workspaces import demonstration_cases, reset, reset_demonstration
from cli.main import main
from db.engine import Sessions, limited, reading, writing
from db.errors import OutOfScope
from db.health_alarms import AlarmView
from db.ids import new_id, utc_now
from db.scope import EVERYTHING, Models, Scope
from db.tables import AuditChain, AuditEntry, Base, Case, CaseFile, DeletedCases, Feedback
from feedback.comments import comment
from feedback.submission import submit
from health.alarms.decisions import decide, decisions
from health.alarms.episodes import alarms_of
from health.summary import summarise
from mds_client.signature import File
from tests.cases.test_batch import Rows
from tests.stub_predictor import StubPredictor

PHOTO = File(name="a.png", media_type="image/png", data=b"of the audience")


def _ask(sessions: Sessions, key: str, workspace: str | None, purpose: str = "show") -> Recorded:
    values = {"bill": 39.1, "photo": PHOTO} if workspace else {"bill": 39.1}
    return predict_and_record(
        StubPredictor(),
        values,
        sessions=sessions,
        key=key,
        person="ada",
        purpose=purpose,
        workspace=workspace,
        keep_bytes=1_000,
    )


def _fill(sessions: Sessions, name: str, purpose: str = "show") -> str:
    """Everything that can be recorded in a workspace; the id of its first case."""
    case_id = _ask(sessions, f"{name}-a", name, purpose).case_id
    rows = RowsRequest(
        model=Rows(), sessions=sessions, key=name, person="bob", purpose=purpose, workspace=name
    )
    list(predict_rows(rows, [{"x": n} for n in range(3)]))
    submit(sessions, case_id=case_id, person="ada", judgement="correct", key=f"{name}-s")
    comment(sessions, case_id=case_id, person="bob", words="hm", key=f"{name}-c")
    ask_scenario(StubPredictor(), {"bill": 1.0}, of=case_id, sessions=sessions, key=f"{name}-w")
    return case_id


def _count(sessions: Sessions, table: type[Base]) -> int:
    with reading(sessions) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def _actions(sessions: Sessions, chain: str) -> list[str]:
    with reading(sessions) as session:
        return [entry.action for entry in db.audit_log.entries(session, chain)]


def test_a_show_stays_apart_and_leaves_nothing_that_counts(sessions: Sessions) -> None:
    _ask(sessions, "real", None, "asked")
    show = opened(sessions, "show", person="olga", title="Monday's talk")
    before = summarise(sessions)
    _fill(sessions, show.name)
    assert summarise(sessions) == before
    said = ["predict", "predict-batch", "feedback", "comment", "predict"]
    assert _actions(sessions, show.name) == said
    assert _actions(sessions, "main") == ["predict", "open-workspace"]
    assert reset(sessions, show.name, person="olga") == 5
    assert _actions(sessions, show.name) == [*said, "erased", "close-workspace"]
    assert _actions(sessions, "main")[-1] == "close-workspace"
    assert [_count(sessions, t) for t in (Case, Feedback, CaseFile, DeletedCases)] == [1, 0, 0, 0]
    assert summarise(sessions) == before
    assert verify(sessions).findings == ()
    assert reset(sessions, show.name, person="olga") == 0


def test_a_closed_show_takes_nothing_more(sessions: Sessions) -> None:
    show = opened(sessions, "show", person="olga")
    reset(sessions, show.name, person="olga")
    with pytest.raises(CaseNotRecorded):
        _ask(sessions, "late", show.name)
    with pytest.raises(NoSuchWorkspace):
        reset(sessions, "show-9", person="olga")
    assert opened(sessions, "show", person="olga").name == "show-2"
    assert _count(sessions, Case) == 0


def test_only_who_operates_everything_resets_it(sessions: Sessions) -> None:
    show = opened(sessions, "show", person="olga")
    everywhere = (Models(),)
    analyst = Scope(person="ada", seen=everywhere, reviewed=everywhere)
    with pytest.raises(OutOfScope):
        reset(limited(sessions, analyst), show.name, person="ada")
    with pytest.raises(OutOfScope):
        reset_demonstration(limited(sessions, analyst), person="ada")
    with pytest.raises(OutOfScope):
        demonstration_cases(limited(sessions, analyst))
    reviewer = replace(
        EVERYTHING, reader="ada"
    )  # does not see what others say of a case that waits
    with pytest.raises(OutOfScope):
        reset(limited(sessions, reviewer), show.name, person="ada")
    assert current(sessions, "show") == show
    assert _ask(limited(sessions, analyst), "one", show.name).case.workspace == show.name


def test_a_demonstration_is_reset_and_begins_anew(sessions: Sessions) -> None:
    """Also one that was written before there were workspaces; a reset that was cut off is taken up."""
    old = _ask(sessions, "old", None, "demo").case_id
    first = opened(sessions, "demo", person="demonstration").name
    case_id = _fill(sessions, first, "demo")
    retention.hold(sessions, case_id, person="olga", reason="", now=utc_now())
    assert demonstration_cases(sessions) == 6
    with pytest.raises(CasesHeld):
        reset_demonstration(sessions, person="olga")
    retention.release(sessions, case_id, person="olga")
    with writing(sessions) as session:  # as a reset that was cut off leaves it
        db.workspaces.close(session, first, utc_now(), "olga")
    assert current(sessions, "demo") is None
    second = opened(sessions, "demo", person="demonstration").name
    assert (first, second) == ("demo-1", "demo-2")
    assert demonstration_cases(sessions) == 6
    assert reset_demonstration(sessions, person="olga") == 6
    assert reset_demonstration(sessions, person="olga") == 0
    assert _count(sessions, Case) == 0
    report = verify(sessions)
    assert report.findings == ()
    with reading(sessions) as session:
        assert db.audit_log.ended(session, "case", [old])[old][0] == "main"


def test_the_command_line_resets_a_demonstration_once_it_is_sure(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = sessions.kw["bind"].url.render_as_string(hide_password=False)
    monkeypatch.setenv("MDS_DATABASE_URL", url)
    _fill(sessions, opened(sessions, "demo", person="demonstration").name, "demo")
    assert main(["demo", "reset"]) != 0
    assert "--yes" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    for answer, count in (("", 5), ("n", 5), ("y", 0)):
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        main(["demo", "reset"])
        assert demonstration_cases(sessions) == count
    assert main(["demo", "reset", "--yes"]) == 0
    assert not verify(sessions).findings


@pytest.mark.parametrize("how", ["extended", "cut off", "forgotten"])
def test_a_closed_chain_that_is_changed_is_found(sessions: Sessions, how: str) -> None:
    """Also where every hash fits: the main chain has the end."""
    show = opened(sessions, "show", person="olga").name
    _ask(sessions, "one", show)
    reset(sessions, show, person="olga")
    with writing(sessions) as session:
        last = db.audit_log.entries(session, show)[-2]
        if how == "cut off":
            of_show = (AuditEntry.workspace == show, AuditEntry.number > last.number)
            session.execute(delete(AuditEntry).where(*of_show))
            end = {"number": last.number, "hash": last.hash}
            session.execute(update(AuditChain).where(AuditChain.workspace == show).values(**end))
        if how == "forgotten":
            session.execute(delete(AuditEntry).where(AuditEntry.workspace == show))
            session.execute(delete(AuditChain).where(AuditChain.workspace == show))
        if how == "extended":
            forged = db.audit_log.entries(session, show)[-1]
            session.execute(
                update(AuditChain)
                .where(AuditChain.workspace == show)
                .values(number=forged.number + 1, hash="0" * 64)
            )
    findings = [f.sentence for f in verify(sessions).findings]
    assert any("does not end as was noted" in sentence for sentence in findings)


def test_what_health_found_goes_with_a_demonstration_and_not_what_is_of_other_cases(
    sessions: Sessions,
) -> None:
    _fill(sessions, opened(sessions, "demo", person="demonstration").name, "demo")
    ref, now = StubPredictor().ref, utc_now()

    def find(kind: str, at: datetime, ended: datetime | None = None) -> None:
        alarm = AlarmView(
            id=new_id(),
            server=ref.server,
            model=ref.name,
            kind=kind,
            opened_at=at,
            ended_at=ended,
            sentence=f"Found {kind}.",
            deliveries={},
        )
        with writing(sessions) as session:
            db.health_alarms.add(session, alarm)

    def answer(at: datetime, reason: str) -> None:
        decide(
            sessions,
            server=ref.server,
            model=ref.name,
            person="olga",
            decision="acknowledged",
            reason=reason,
            clock=lambda: at,
        )

    def left() -> tuple[list[str], list[str]]:
        return (
            [alarm.kind for alarm in alarms_of(sessions, ref.server, ref.name)],
            [step.reason for step in decisions(sessions, ref.server, ref.name)],
        )

    hour = timedelta(hours=1)
    find("inputs", now - 3 * hour, now - hour)
    answer(now - 2 * hour, "of the demonstration")
    _ask(sessions, "own", None, "asked")
    find("errors", now + hour)
    answer(now + 2 * hour, "of an own case")
    assert reset_demonstration(sessions, person="olga") == 5
    assert left() == (["errors"], ["of an own case"])
    _fill(sessions, opened(sessions, "demo", person="demonstration").name, "demo")
    find("accuracy", now - hour, now + 1.5 * hour)
    answer(now + 1.2 * hour, "of an alarm of the demonstration")
    assert reset_demonstration(sessions, person="olga") == 5
    assert left() == (["errors"], ["of an own case"])
