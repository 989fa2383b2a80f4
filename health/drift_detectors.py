"""Asking the drift detectors that are deployed beside models about their last cases, and keeping what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import db.health_cases
import db.health_detections
from db.engine import Sessions, reading, writing
from db.errors import Conflict
from db.health import Selection
from db.health_cases import AskedCase
from db.health_detections import DetectionView
from db.ids import utc_now
from health.drift.fields import LEAST_CASES
from health.input_drift import RECENT, RECENT_DAYS, Model
from health.summary import ESTIMATED
from mds_client.errors import MdsError
from mds_client.protocols.detectors import Verdict, drift_detectors_of, shown
from mds_client.server import Server
from mds_client.signature import Signature

__all__ = ["DetectionView", "ask_all", "named"]

Ask = Callable[[Model, str, Sequence[Mapping[str, object]]], tuple[Verdict, int]]


def named(
    servers: Iterable[Server], signatures: Iterable[Signature | None]
) -> list[tuple[Model, str]]:
    """Each model with each of its drift detectors: those of the settings of its server, else those of its own metadata; the
    newest version of a model comes last among the signatures, and counts."""
    by_name = {server.name: server for server in servers}
    found: dict[Model, Sequence[str]] = {
        (server.name, model): detectors
        for server in by_name.values()
        for model, detectors in server.drift_detectors.items()
    }
    for each in signatures:
        if each and (server := by_name.get(each.model.server)):
            found[server.name, each.model.name] = drift_detectors_of(server, each)
    return [(model, shown(name)) for model, names in found.items() for name in names]


def ask_all(
    sessions: Sessions,
    named: Iterable[tuple[Model, str]],
    ask: Ask,
    *,
    clock: Callable[[], datetime] = utc_now,
) -> int:
    """Ask each detector about the newest cases of the last two weeks of its model, where one has come since it was asked last; how
    many were asked. `ask` is given what was entered in these cases and gives the verdict and how many of them it is of.

    `sessions` see everything. Raises StorageError.
    """
    now, asked = clock(), 0
    with reading(sessions) as session:
        known = db.health_detections.of_models(session)
    for model, detector in named:
        cases = _newest(sessions, model, now)
        before = next((d for d in known.get(model, ()) if d.detector == detector), None)
        if len(cases) < LEAST_CASES or (before and before.last_case == cases[-1].id):
            continue
        found = _asked(model, detector, cases, ask, now)
        try:
            with writing(sessions) as session:
                db.health_detections.put(session, found)
        except Conflict:
            continue  # another process has just done the same
        asked += 1
    return asked


def _newest(sessions: Sessions, model: Model, now: datetime) -> list[AskedCase]:
    """The oldest of them first."""
    since = now - timedelta(days=RECENT_DAYS)
    of = Selection(purposes=ESTIMATED, server=model[0], model=model[1], since=since)
    with reading(sessions) as session:
        return db.health_cases.asked(session, of, RECENT)[::-1]


def _asked(
    model: Model, detector: str, cases: Sequence[AskedCase], ask: Ask, now: datetime
) -> DetectionView:
    view = DetectionView(
        server=model[0],
        model=model[1],
        detector=detector,
        asked_at=now,
        last_case=cases[-1].id,
        cases=len(cases),
    )
    try:
        verdict, count = ask(model, detector, [case.entered for case in cases])
    except MdsError as error:
        return replace(view, problem=error.sentence)
    if verdict.kind == "collecting":
        return replace(view, cases=count)
    if verdict.kind != "drift":
        problem = f"It looks at each case alone ({verdict.kind}): its name belongs to detectors."
        return replace(view, problem=problem)
    return replace(
        view,
        cases=count,
        is_drift=verdict.is_flagged,
        p=verdict.p,
        distance=verdict.distance,
        threshold=verdict.threshold,
    )
