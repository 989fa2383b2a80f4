"""Detectors on a real MLServer: asked about each case and about many, kept, told and counted; and what happens where they fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_iris

import db.cases
import services
from api.metrics.collected import Figures
from api.v1.health.standing import Known
from api.v1.resources.health import Told, whole
from audit_log.verify import verify
from cases.batch import RowsRequest, predict_rows
from cases.recording import predict_and_record
from db.engine import close, reading
from db.ids import utc_now
from feedback.first_call_figures import first_call_figures
from health.drift_detectors import ask_all
from health.outliers.deployed import Detectors
from health.outliers.earlier import Earlier
from health.overview import look
from health.service import service
from health.titles import no_unit
from mds_client import MdsClient, MdsError
from mds_client.server import Server
from mds_client.signature import ModelRef, Signature
from services import Services
from settings import ROOT, ServerSettings, Settings
from tests.databases import sqlite_below
from tests.recorded import add_cases, case_of
from tests.servers.starting import Running, running

pytestmark = pytest.mark.slow
COLUMNS = ("sepal_length", "sepal_width", "petal_length", "petal_width")
IRIS = {"sepal_length": 5.8, "sepal_width": 3.0, "petal_length": 4.4, "petal_width": 1.4}
NO_IRIS = dict.fromkeys(COLUMNS, 90.0)
REF = ModelRef(server="lab", name="irises")


@pytest.fixture(scope="module")
def mlserver() -> Iterator[Running]:
    with running("detectors", "/v2/health/ready", venv=ROOT / "demo_mds" / ".venv") as found:
        yield found


@pytest.fixture
def lab(mlserver: Running, tmp_path: Path) -> Iterator[Services]:
    server = ServerSettings(
        name="lab",
        url=mlserver.url,
        detectors={"irises": ["irises-outliers", "irises-adversarial"]},
        drift_detectors={"irises": ["irises-drift"]},
    )
    made = services.build(Settings(servers=[server], database_url=sqlite_below(tmp_path)))
    made.catalogue.refresh()
    yield made
    made.close()
    close(made.sessions)


def _signature(lab: Services) -> Signature:
    return lab.deployed(REF)


def _irises(lab: Services, count: int, shift: float = 0.0) -> None:
    """Cases about real irises, longer by a shift."""
    rows = np.random.default_rng(count).permutation(load_iris().data)[:count]
    rows[:, 2] += shift
    model = {"server": "lab", "model": "irises", "created_at": utc_now()}
    add_cases(
        lab.sessions,
        *[case_of(entered=dict(zip(COLUMNS, row, strict=True)), **model) for row in rows.tolist()],
    )


def _ask(lab: Services) -> int:
    return ask_all(lab.sessions, lab.drift_detectors(), lab.ask_drift_detector)


def test_each_case_keeps_what_the_detectors_say_of_it(lab: Services) -> None:
    names = [entry.ref.name for entry in lab.catalogue.entries()]
    assert names == ["irises", "irises-collecting", "irises-told"]
    model = lab.model(REF, _signature(lab))
    found = [
        predict_and_record(model, row, sessions=lab.sessions, key=key, outliers=lab.outliers).case
        for key, row in (("usual", IRIS), ("odd", NO_IRIS))
    ]
    for case, flag in zip(found, (False, True), strict=True):
        assert case.is_answered
        assert case.detected is not None
        told = [(d["detector"], d["kind"], d["is_flagged"]) for d in case.detected]
        assert told == [
            ("irises-outliers", "outlier", flag),
            ("irises-adversarial", "adversarial", flag),
        ]
        with reading(lab.sessions) as session:
            kept = db.cases.by_key(session, case.idempotency_key)
        assert kept is not None
        assert kept.detected == case.detected
    assert found[1].detected[0]["score"] > found[0].detected[0]["score"]
    assert not verify(lab.sessions).findings
    rows = RowsRequest(model=model, sessions=lab.sessions, key="file", outliers=lab.outliers)
    (chunk,) = predict_rows(rows, [IRIS, NO_IRIS])
    assert [case.detected[0]["is_flagged"] for case in chunk if case.detected] == [False, True]
    # What somebody makes up is not held against what there is.
    made_up = {"purpose": "scenario", "key": "made-up", "outliers": lab.outliers}
    assert predict_and_record(model, IRIS, sessions=lab.sessions, **made_up).case.detected is None


def test_a_job_asks_about_the_last_cases_and_health_and_metrics_tell(lab: Services) -> None:
    (kind,) = (kind for name, kind in lab.kinds.items() if name == "health-drift-detectors")
    _irises(lab, 19)
    assert _ask(lab) == 0
    _irises(lab, 60)
    assert kind.run(None, None).sentence == "Drift detectors asked: 1."  # type: ignore[arg-type]
    assert _ask(lab) == 0
    found = look(lab.figures, "lab", "irises")
    assert found is not None
    (said,) = found.detections
    assert (said.detector, said.is_drift, said.cases, said.problem) == (
        "irises-drift",
        False,
        79,
        "",
    )
    assert found.standing.status.word == "Not enough evidence"
    _irises(lab, 120, shift=3.0)
    assert _ask(lab) == 1
    found = look(lab.figures, "lab", "irises")
    assert found is not None
    (said,) = found.detections
    assert said.is_drift
    assert said.p is not None
    assert said.threshold == pytest.approx(0.0125)
    assert said.p < 0.0125 < (said.distance or 0)
    assert found.standing.status.word == "Watch"
    assert "what irises-drift watches differs from before" in found.standing.status.sentence
    served = service(lab.figures, "lab", "irises")
    called = first_call_figures(lab.sessions, "lab", "irises")
    known = Known(owners={}, units=no_unit)
    assert whole(found, Told(served=served, called=called), known, 0).detections[0].is_drift
    samples = {s.name: s for f in Figures(lambda: lab).collect() for s in f.samples}
    told = samples["mds_drift_detector_flagged"]
    assert (told.value, told.labels["detector"]) == (1.0, "irises-drift")
    # What it said two weeks ago says nothing of today.
    later = look(lab.figures, "lab", "irises", clock=lambda: utc_now() + timedelta(days=15))
    assert later is not None
    assert later.detections == []


def test_metadata_names_detectors_where_the_settings_are_silent(
    lab: Services, mlserver: Running
) -> None:
    signature = lab.deployed(ModelRef(server="lab", name="irises-told"))
    with MdsClient(Server(name="lab", url=mlserver.url)) as client:
        (said,) = Detectors(lambda _: client).of_rows(signature, [NO_IRIS]) or ()
    assert (said[0]["detector"], said[0]["kind"], said[0]["is_flagged"]) == (
        "irises-outliers",
        "outlier",
        True,
    )
    assert "names no model of its own server" in str(said[1]["problem"])
    assert "names the model itself" in str(said[2]["problem"])
    silent = Server(name="lab", url=mlserver.url, detectors={"irises-told": []})
    with MdsClient(silent) as client:
        assert Detectors(lambda _: client).of_rows(signature, [NO_IRIS]) is None
    asked = lab.drift_detectors()
    assert (("lab", "irises-told"), "irises-drift") in asked
    assert asked.count((("lab", "irises"), "irises-drift")) == 1


def test_whoever_gives_no_verdict_is_named_and_the_answer_comes(
    lab: Services, mlserver: Running
) -> None:
    names = ["irises-drift", "irises-collecting", "irises", "nobody"]
    server = Server(name="lab", url=mlserver.url, detectors={"irises": names}, breaker_failures=1)
    signature = _signature(lab)
    with MdsClient(server) as client:
        outliers = Earlier(lab.sessions, detectors=Detectors(lambda _: client))
        case = predict_and_record(
            client.model("irises", signature=signature),
            IRIS,
            sessions=lab.sessions,
            key="k",
            outliers=outliers,
        ).case
        assert case.is_answered
        problems = [str(said["problem"]) for said in case.detected or ()]
        assert len(problems) == 4
        assert "drift_detectors" in problems[0]
        assert "collects" in problems[1]
        assert "answers no is_outlier" in problems[2]
        assert problems[3]
        with pytest.raises(MdsError) as raised:
            client.ask_detector(signature, "nobody", IRIS)
        assert "model" not in raised.value.sentence.split()[:2]
        # What a detector does wrong is not counted against the server: one failure would have stopped all.
        assert client.predict(signature, IRIS).answers
