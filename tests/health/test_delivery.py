"""Alarms that begin and end, and who is told: by a real Apprise to a real web server."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from pydantic import ValidationError

import db.health_alarms
from db.engine import Sessions, close, limited, make_sessions, writing
from db.scope import Models, Scope
from feedback.submission import submit
from health.alarms.channels import Channels
from health.alarms.decisions import decide, decisions
from health.alarms.delivery import MOST_FAILURES, alarm_words, deliver, deliveries, told_words
from health.alarms.episodes import alarms_of, bring_up_to_date
from health.findings import Finding
from health.kept_standings import keep, kept
from health.standing import standings
from settings import AlarmSettings, Settings
from tests.recorded import FAILED, add_cases, case_of
from ui.model_cards import standing_words

# A plugin of Apprise imports what Python 3.13 has no more.
pytestmark = pytest.mark.filterwarnings("ignore:.imghdr. is deprecated")
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
MODEL = ("shelf", "penguins")
SECRET = "s3cr3t-of-the-hook"


@dataclass
class Hook:
    """A web server of somebody's chat: what it was sent, and the status that it answers with."""

    url: str
    status: int = 200
    got: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture(scope="module")
def serving() -> Iterator[Hook]:
    hook = Hook(url="")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if hook.status == 200:
                hook.got.append(json.loads(body))
            self.send_response(hook.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hook.url = f"json://{SECRET}:x@127.0.0.1:{server.server_port}/"
    yield hook
    server.shutdown()
    server.server_close()


@pytest.fixture
def hook(serving: Hook, monkeypatch: pytest.MonkeyPatch) -> Hook:
    serving.status = 200
    serving.got.clear()
    monkeypatch.setenv("HOOK", serving.url)
    return serving


@pytest.fixture
def sqlite_sessions(sqlite_url: str) -> Iterator[Sessions]:
    made = make_sessions(sqlite_url)
    yield made
    close(made)


def _channels(**changes: object) -> Channels:
    return Channels([AlarmSettings(**({"name": "chat", "url_env": "HOOK"} | changes))])


def _fail(sessions: Sessions) -> None:
    add_cases(sessions, *[case_of(created_at=NOW, **FAILED) for _ in range(30)])


def _later(**after: float) -> datetime:
    return NOW + timedelta(**after)


def _look(sessions: Sessions, now: datetime = NOW) -> tuple[int, int]:
    found = standings(sessions, clock=lambda: now).values()
    return bring_up_to_date(sessions, found, clock=lambda: now)


def _run(sessions: Sessions, channels: Channels, now: datetime = NOW) -> tuple[int, int]:
    _look(sessions, now)
    told = deliver(sessions, channels, "https://mds.example", clock=lambda: now)
    return told.sent, told.failed


def _close(sessions: Sessions, now: datetime) -> None:
    server, model = MODEL
    what = {"decision": "closed", "reason": "A new disk.", "person": "olga"}
    decide(sessions, server=server, model=model, clock=lambda: now, **what)


def test_one_message_when_it_begins_and_one_when_it_is_over(sessions: Sessions, hook: Hook) -> None:
    _fail(sessions)
    care = {"person": "olga", "decision": "acknowledged", "clock": lambda: NOW}
    decide(sessions, server="shelf", model="penguins", **care)
    assert [_run(sessions, _channels()) for _ in range(2)] == [(1, 0), (0, 0)]
    (begun,) = hook.got
    assert begun["title"] == "shelf/penguins: requests fail"
    assert "30 of 30 requests failed" in begun["message"]
    assert "olga takes care of it." in begun["message"]
    assert "https://mds.example/health?model=shelf%2Fpenguins" in begun["message"]
    _close(sessions, _later(minutes=9))
    assert [_run(sessions, _channels(), _later(minutes=10)) for _ in range(2)] == [(1, 0), (0, 0)]
    over = hook.got[1]
    assert over["title"] == "shelf/penguins: over (requests fail)"
    assert "olga closed it: A new disk." in over["message"]
    (alarm,) = alarms_of(sessions, *MODEL)
    assert (alarm.kind, alarm.is_open, alarm.ended_at) == ("errors", False, _later(minutes=9))
    assert told_words(alarm) == "chat was told on 1 June 12:10 UTC"


def test_what_fails_is_tried_again_and_then_given_up(
    sqlite_sessions: Sessions, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    _fail(sqlite_sessions)
    hook.status = 503
    with caplog.at_level(logging.DEBUG):
        assert _run(sqlite_sessions, _channels()) == (0, 1)
    assert SECRET not in caplog.text
    assert _run(sqlite_sessions, _channels(), _later(minutes=4)) == (0, 0)
    assert _run(sqlite_sessions, _channels(), _later(minutes=6)) == (0, 1)
    (alarm,) = alarms_of(sqlite_sessions, *MODEL)
    assert told_words(alarm) == "chat could not be told (2 times; it is tried again)"
    hook.status = 200
    assert _run(sqlite_sessions, _channels(), _later(minutes=20)) == (1, 0)
    assert len(hook.got) == 1
    (alarm,) = alarms_of(sqlite_sessions, *MODEL)
    assert (deliveries(alarm)["chat"].failures, SECRET in repr(alarm)) == (0, False)


class Broken:
    """A way out that never works."""

    def for_alarm(self, _server: str, _model: str, _kind: str) -> list[str]:
        return ["broken"]

    def send(self, _name: str, _title: str, _body: str) -> bool:
        return False


def test_after_many_failures_nobody_tries_any_more(sqlite_sessions: Sessions) -> None:
    _fail(sqlite_sessions)
    _look(sqlite_sessions)
    tries = [
        deliver(sqlite_sessions, Broken(), clock=lambda day=day: _later(days=day)).failed
        for day in range(2 * MOST_FAILURES)
    ]
    assert sum(tries) == MOST_FAILURES
    (alarm,) = alarms_of(sqlite_sessions, *MODEL)
    assert "given up" in told_words(alarm)


def test_what_is_put_off_is_told_when_that_time_is_over(
    sqlite_sessions: Sessions, hook: Hook
) -> None:
    _fail(sqlite_sessions)
    put_off = {"person": "olga", "decision": "snoozed", "days": 1, "clock": lambda: NOW}
    decide(sqlite_sessions, server="shelf", model="penguins", **put_off)
    assert _run(sqlite_sessions, _channels(), _later(hours=1)) == (0, 0)
    assert _run(sqlite_sessions, _channels(), _later(hours=25)) == (1, 0)
    assert len(hook.got) == 1


def test_a_channel_is_told_of_its_kinds_and_models_alone(hook: Hook) -> None:
    assert _channels().for_alarm(*MODEL, "inputs") == []
    assert _channels(kinds=["inputs"]).for_alarm(*MODEL, "inputs") == ["chat"]
    of_bank = _channels(servers=["bank"], models=["cre*"])
    assert of_bank.for_alarm("bank", "credit", "errors") == ["chat"]
    assert of_bank.for_alarm("bank", "fraud", "errors") == []
    assert of_bank.for_alarm(*MODEL, "errors") == []


def test_nobody_is_told_of_an_end_who_was_not_told_of_the_beginning(
    sqlite_sessions: Sessions, hook: Hook
) -> None:
    _fail(sqlite_sessions)
    _look(sqlite_sessions)
    _close(sqlite_sessions, _later(minutes=1))
    assert _run(sqlite_sessions, _channels(), _later(minutes=2)) == (0, 0)
    assert hook.got == []


def test_what_fails_after_the_closing_on_the_same_day_is_another_alarm(
    sqlite_sessions: Sessions,
) -> None:
    _fail(sqlite_sessions)
    assert _look(sqlite_sessions) == (1, 0)
    reviewed = (Models(server="shelf", name="penguins"),)
    _close(
        limited(sqlite_sessions, Scope(person="olga", seen=reviewed, reviewed=reviewed)),
        _later(minutes=1),
    )
    (first,) = alarms_of(sqlite_sessions, *MODEL)
    assert not first.is_open  # without waiting for the job
    closed = "more than 1 in 100 is an alarm.” Closed by olga (reviewer) on 1 June 12:01 UTC."
    assert alarm_words(first, decisions(sqlite_sessions, *MODEL)).endswith(closed)
    assert _look(sqlite_sessions, _later(minutes=2)) == (0, 0)
    failed = [case_of(created_at=_later(minutes=3), **FAILED) for _ in range(13)]
    answered = [case_of(created_at=_later(minutes=3)) for _ in range(27)]
    add_cases(sqlite_sessions, *failed, *answered)
    assert _look(sqlite_sessions, _later(minutes=5)) == (1, 0)
    newest = alarms_of(sqlite_sessions, *MODEL)[0]
    assert "13 of 40 requests failed" in newest.sentence
    assert "Noticed on 1 June 12:05 UTC. It said then: “13 of 40 requests failed" in alarm_words(
        newest, decisions(sqlite_sessions, *MODEL)
    )
    # What is found later is told beside what was noticed, with which day is which.
    now = Finding(kind="errors", sentence="15 of 90 requests failed.")
    other = Finding(kind="inputs", sentence="Its answers have changed.")
    words = alarm_words(newest, [], [other, now])
    assert words.startswith("Noticed on 1 June 12:05 UTC. It said then: “13 of 40 requests failed")
    assert words.endswith(
        " It goes on. Today, with the cases that came since, it says: “15 of 90 requests failed.”"
    )
    before = replace(now, since=date(2025, 5, 30))
    assert alarm_words(newest, [], [before]).startswith(
        "Noticed on 1 June 12:05 UTC; as is known today, it began on 30 May: it took until then to have enough cases to be sure. It said"
    )
    assert "Today" not in alarm_words(first, [], [now]), "it is over"
    assert (newest.is_open, newest.opened_at) == (True, _later(minutes=5))


def test_what_is_over_and_begins_again_within_a_week_is_the_same_alarm(
    sessions: Sessions, hook: Hook
) -> None:
    def found(now: datetime, *kinds: str) -> tuple[int, int]:
        (standing,) = standings(sessions, clock=lambda: now).values()
        findings = tuple(Finding(kind=kind, sentence=f"{kind} {now:%d}.") for kind in kinds)  # type: ignore[arg-type]
        standing = replace(standing, status=replace(standing.status, findings=findings))
        return bring_up_to_date(sessions, [standing], clock=lambda: now)

    def told(now: datetime) -> int:
        return deliver(sessions, _channels(), clock=lambda: now).sent

    add_cases(sessions, case_of(created_at=NOW))
    assert (found(NOW, "errors"), told(NOW)) == ((1, 0), 1)
    assert (found(_later(days=1)), told(_later(days=1))) == ((0, 1), 1)
    assert (found(_later(days=2), "errors"), told(_later(days=2))) == ((1, 0), 1)
    (alarm,) = alarms_of(sessions, *MODEL)
    assert (alarm.is_open, alarm.opened_at) == (True, NOW)
    assert alarm.pauses == ((_later(days=1), _later(days=2)),)
    words = "It was over from 2 June 12:00 UTC to 3 June 12:00 UTC."
    assert f"It said then: “errors 01.” {words} It goes on." in alarm_words(alarm, [])
    assert [each["title"] for each in hook.got] == [
        "shelf/penguins: requests fail",
        "shelf/penguins: over (requests fail)",
        "shelf/penguins: requests fail",
    ]
    assert hook.got[2]["message"].startswith(f"It goes on again. {words} When it was noticed, on 1")
    # As it was before it began again, and before it was over.
    for moment, ended in ((_later(days=1.5), _later(days=1)), (_later(hours=1), None)):
        with writing(sessions) as session:
            db.health_alarms.wind_back(session, MODEL[0], [MODEL[1]], moment)
        (before,) = alarms_of(sessions, *MODEL)
        assert (before.ended_at, before.pauses) == (ended, ())
    # More than a week later, or after somebody closed it, it is another one.
    assert found(_later(days=3)) == (0, 1)
    assert found(_later(days=10.1), "errors") == (1, 0)
    assert len(alarms_of(sessions, *MODEL)) == 2
    _close(sessions, _later(days=11))
    assert found(_later(days=12), "errors") == (1, 0)
    assert len(alarms_of(sessions, *MODEL)) == 3
    assert found(_later(days=13)) == (0, 1)
    _close(sessions, _later(days=13.5))
    assert found(_later(days=14), "errors", "inputs") == (2, 0)
    assert len(alarms_of(sessions, *MODEL)) == 5


def test_alarms_are_seen_by_who_sees_the_model(sqlite_sessions: Sessions) -> None:
    _fail(sqlite_sessions)
    assert _look(sqlite_sessions) == (1, 0)
    assert _look(sqlite_sessions) == (0, 0)
    scope = Scope(person="ann", seen=(Models(server="bank"),))
    assert alarms_of(limited(sqlite_sessions, scope), *MODEL) == []


def test_an_address_is_a_secret_of_the_environment(hook: Hook) -> None:
    configured = Settings(alarms=[{"name": "chat", "url_env": "HOOK"}])
    assert SECRET not in repr(configured)
    assert urlsplit(configured.alarms[0].url.get_secret_value()).username == SECRET
    with pytest.raises(ValidationError, match="MISSING is not set"):
        Settings(alarms=[{"name": "chat", "url_env": "MISSING"}])
    twice = [{"name": "chat", "url_env": "HOOK"}] * 2
    with pytest.raises(ValidationError, match="two alarms have the same name"):
        Settings(alarms=twice)


@pytest.mark.parametrize("url", ["nonsense", "json://127.0.0.1:1/"])
def test_an_address_that_does_not_work_is_no_crash(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("HOOK", url)
    assert _channels().send("chat", "title", "body") is False


def test_what_was_found_last_is_kept_for_cards(sessions: Sessions) -> None:
    drawn = {"is_audited": True, "audit_draw": 0.01, "created_at": NOW}
    for case in add_cases(sessions, *[case_of(**drawn) for _ in range(20)]):
        submit(sessions, case_id=case.id, person="rita", judgement="correct", key=case.id)
    add_cases(sessions, case_of(purpose="demo", created_at=NOW))
    cares = {
        "person": "olga",
        "decision": "acknowledged",
        "clock": lambda: NOW - timedelta(hours=1),
    }
    decide(sessions, server="shelf", model="penguins", **cares)
    for _ in range(2):
        keep(sessions, standings(sessions, clock=lambda: NOW).values(), clock=lambda: NOW)
    found = kept(sessions)[MODEL]
    assert (found.word, found.acknowledged_by, found.n) == ("Not enough evidence", "olga", 20)
    assert found.demonstration == 1
    words = standing_words(replace(found, word="Healthy", acknowledged_by=""))
    assert words == "100 % of answers right (84–100 %, 20 checked), no worse than before"
    assert (
        standing_words(found)
        == "100 % of answers right (84–100 %, 20 checked) · olga takes care of it"
    )
    assert standing_words(found, "Data science team").endswith("olga takes care of it")
    unowned = replace(found, acknowledged_by="")
    assert standing_words(unowned, "Data science team").endswith(" · Owner: Data science team")
    off = {"person": "rita", "decision": "snoozed", "days": 7, "clock": lambda: NOW}
    decide(sessions, server="shelf", model="penguins", **off)
    decide(sessions, server="bank", model="credit", **off)
    put_off = "Put off until 8 June by rita."
    assert standings(sessions, clock=lambda: NOW)[MODEL].put_off == put_off
    assert standing_words(kept(sessions, clock=lambda: NOW)[MODEL]).endswith(put_off[:-1])
    assert kept(sessions, clock=lambda: _later(days=8))[MODEL].put_off == ""
    assert kept(limited(sessions, Scope(person="ann", seen=(Models(server="bank"),)))) == {}


def test_a_card_says_why_it_has_no_share_after_a_file_that_nobody_checked(
    sessions: Sessions,
) -> None:
    drawn = {"is_audited": True, "audit_draw": 0.01, "audit_probability": 1.0, "created_at": NOW}
    for case in add_cases(sessions, *[case_of(**drawn) for _ in range(20)]):
        submit(sessions, case_id=case.id, person="rita", judgement="correct", key=case.id)
    row = {"purpose": "batch", "created_at": NOW}

    def words(rows: int) -> str:
        add_cases(sessions, *[case_of(**row) for _ in range(rows)])
        keep(sessions, standings(sessions, clock=lambda: NOW).values(), clock=lambda: NOW)
        return standing_words(kept(sessions)[MODEL])

    assert words(rows=20) == "100 % of answers right (84–100 %, 20 checked)"
    assert words(rows=1) == "20 checked, which do not speak for most answers"
    found = kept(sessions)[MODEL]
    assert "rows of files of version" in found.sentence
    assert found.word == "Not enough evidence"
