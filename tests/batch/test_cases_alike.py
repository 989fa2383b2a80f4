"""Rows of a request are written as what they have in common and their own: the same cases, which the trail covers."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from audit_log.verify import verify
from cases.chunks import ChunkRecorder
from cases.queries import CaseView, recent
from db.engine import Sessions
from tests.batch.asking import Model, asked, csv, written

# What is another in each run.
_OWN = {
    "id",
    "created_at",
    "idempotency_key",
    "audit_draw",
    "is_audited",
    "seconds_total",
    "request_id",
}


@pytest.mark.slow
def test_cases_are_those_that_are_written_one_by_one(
    sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = csv(tmp_path / "birds.csv", 60, {7: "ü\u2028,7,1e300", 9: "r9,9,-0.0"})
    asked(sessions, tmp_path, Model(bad=(30,)), written(tmp_path, path))
    alike = _by_row(recent(sessions, limit=200))
    with monkeypatch.context() as one_by_one:
        one_by_one.setattr(ChunkRecorder, "_alike", lambda *_: None)
        asked(sessions, tmp_path, Model(bad=(30,)), written(tmp_path, path))
    every = recent(sessions, limit=200)
    slowly = _by_row([case for case in every if case.id not in {c.id for c in alike.values()}])
    assert len(alike) == len(slowly) == 60
    for number, case in alike.items():
        assert _told(case) == _told(slowly[number])
    report = verify(sessions)
    assert report.findings == ()
    assert report.records >= 120


def _by_row(cases: list[CaseView]) -> dict[str, CaseView]:
    return {case.idempotency_key.rpartition("-")[2]: case for case in cases}


def _told(case: CaseView) -> dict[str, object]:
    return {f.name: getattr(case, f.name) for f in fields(CaseView) if f.name not in _OWN}
