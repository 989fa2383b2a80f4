"""What the trail keeps of refusals, picked names and whom a proxy let in: once an hour each, and not without end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import db.audit_log
from audit_log.verify import verify
from db.engine import Sessions, reading
from people import trail
from settings import Settings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "_noted", trail._Noted())


def _entries(sessions: Sessions) -> list[tuple[str, str, str, str, str]]:
    with reading(sessions) as session:
        found = db.audit_log.entries(session, db.audit_log.MAIN)
    return [(e.action, e.person, e.kind, e.record_id, e.origin) for e in found]


def test_the_same_is_noted_once_an_hour_whichever_process_has_it(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minute in (0, 59):
        for _ in range(2):
            monkeypatch.setattr(trail, "utc_now", lambda: NOON.replace(minute=minute))  # noqa: B023
            trail.refused(sessions, "ann", "page", "health", "10.0.0.7")
            trail.refused(sessions, "bob", "page", "health", "10.0.0.8")
        monkeypatch.setattr(trail, "_noted", trail._Noted())  # another process
    assert _entries(sessions) == [
        ("refused", "ann", "page", "health", "10.0.0.7"),
        ("refused", "bob", "page", "health", "10.0.0.8"),
    ]
    monkeypatch.setattr(trail, "utc_now", lambda: NOON.replace(hour=13))
    trail.refused(sessions, "ann", "page", "health", "10.0.0.7")
    assert len(_entries(sessions)) == 3


def test_nobody_fills_it_by_trying(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "utc_now", lambda: NOON)
    for number in range(40):
        trail.refused(sessions, "", "route", f"GET /{number}" + "x" * 500, "10.0.0.7")
        trail.named(sessions, "eve", "127.0.0.1")
    trail.let_in(sessions, "ann", "10.0.0.9")
    found = _entries(sessions)
    assert len(found) == trail.MOST_AN_HOUR + 2
    assert [entry[:4] for entry in found if entry[0] != "refused"] == [
        ("pick-name", "eve", "name", "eve"),
        ("sign-in", "ann", "proxy", "ann"),
    ]


def test_settings_are_noted_when_they_are_others_and_never_a_secret(sessions: Sessions) -> None:
    before = Settings(privacy_key="p" * 32).model_dump(mode="json")
    other_secret = Settings(privacy_key="q" * 32).model_dump(mode="json")
    after = before | {"access": [{"groups": ["risk"]}]}
    for settings in (before, other_secret, before, after, after, before):
        trail.settings_changed(sessions, settings)
    with reading(sessions) as session:
        found = db.audit_log.entries(session, db.audit_log.MAIN)
    first, second, third = found
    assert [e.action for e in found] == ["change-settings"] * 3
    assert (first.record_id, second.before) == (third.record_id, first.record_id)
    assert not verify(sessions).findings
