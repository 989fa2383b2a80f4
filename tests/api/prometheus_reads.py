"""A real Prometheus reads `/metrics`: its rules fire and resolve, and every query of the dashboard has data.

`make test-services` names this file; `make test` does not collect it, since the program comes from the distribution.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

import api.metrics.collected
from api.metrics.definitions import METRICS
from api.metrics.files import DASHBOARD, RULES
from db.engine import writing
from db.health_decisions import DecisionView, add
from db.health_detections import DetectionView, put
from db.ids import new_id, utc_now
from db.streams import StreamView, tell
from feedback.submission import submit
from health.server_metrics.contract import Figures
from health.server_metrics.readings import Readings
from mds_client import MdsClient, Server
from services import Services
from tests.api.served import built, serving
from tests.browser.watched import ports
from tests.recorded import FAILED, NOON, add_cases, case_of
from tests.servers.starting import Running

TOKEN = "a-token-for-prometheus"
_DETECTED = DetectionView(
    server="shelf",
    model="penguins",
    detector="penguins-drift",
    asked_at=NOON,
    last_case="",
    cases=60,
    is_drift=False,
)
_STREAM = StreamView(name="visits", server="mlserver", model="iris")
CONFIG = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: mds-workbench
    authorization: {{credentials_file: {token}}}
    static_configs: [{{targets: ["{target}"]}}]
  - job_name: models
    static_configs: [{{targets: ["{models}"]}}]
"""


@pytest.fixture(scope="module")
def found(mds_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The workbench with 60 right cases of a model that nobody complains of."""
    folder = tmp_path_factory.mktemp("workbench")
    with built(mds_url, folder, metrics_token=TOKEN) as made:
        drawn = {"is_audited": True, "audit_draw": 0.01, "created_at": utc_now()}
        for case in add_cases(made.sessions, *[case_of(**drawn) for _ in range(60)]):
            submit(made.sessions, case_id=case.id, person="rita", judgement="correct", key=case.id)
        with writing(made.sessions) as session:
            put(session, replace(_DETECTED, asked_at=utc_now()))
            tell(session, _STREAM, now=utc_now(), answered=95, poison=5, recorded=50, lag=7)
        yield made


@pytest.fixture(scope="module")
def prometheus(
    found: Services, mds: Running, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A client of a Prometheus that reads the workbench and the models' server every second."""
    folder = tmp_path_factory.mktemp("prometheus")
    patched = pytest.MonkeyPatch()
    patched.setattr(api.metrics.collected, "KEPT_SECONDS", 0.5)
    (folder / "token").write_text(TOKEN)
    with serving(found) as served:
        config = CONFIG.format(
            rules=RULES,
            token=folder / "token",
            target=served.url.removeprefix("http://"),
            models=urlsplit(mds.metrics).netloc,
        )
        (folder / "prometheus.yml").write_text(config)
        yield from _running(folder)
    patched.undo()


def _running(folder: Path) -> Iterator[httpx.Client]:
    address = f"127.0.0.1:{ports(1)[0]}"
    command = [
        "prometheus",
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address={address}",
    ]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stderr=log) as process:
        client = httpx.Client(base_url=f"http://{address}", trust_env=False, timeout=10)
        try:
            _until(lambda: _is_ready(client), (folder / "log").read_text)
            yield client
        finally:
            client.close()
            process.terminate()


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/-/ready").status_code == 200
    except httpx.TransportError:
        return False


def _until(is_so: Callable[[], bool], otherwise: Callable[[], object], seconds: float = 60) -> None:
    """Wait for what comes by itself; fails with what is said otherwise."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, otherwise()
        time.sleep(0.5)


def _query(prometheus: httpx.Client, query: str) -> list[dict[str, object]]:
    answer = prometheus.get("/api/v1/query", params={"query": query}).json()
    assert answer["status"] == "success", (query, answer)
    result: list[dict[str, object]] = answer["data"]["result"]
    return result


def test_promtool_finds_no_fault_in_rules_and_metrics(
    prometheus: httpx.Client, found: Services
) -> None:
    subprocess.run(["promtool", "check", "rules", str(RULES)], check=True)
    _until(lambda: bool(_query(prometheus, 'up{job="mds-workbench"}')), lambda: "nothing was read")
    target = _query(prometheus, 'up{job="mds-workbench"}')[0]["metric"]
    assert isinstance(target, dict)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    text = httpx.get(f"http://{target['instance']}/metrics", headers=headers, trust_env=False).text
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_a_prometheus_says_of_a_model_what_its_server_does(
    prometheus: httpx.Client, mds: Running
) -> None:
    server = Server(name="demo", url=mds.url, metrics_url=mds.metrics)
    collected = replace(
        server, prometheus_url=str(prometheus.base_url), prometheus_labels={"job": "models"}
    )

    def read(asked: Server) -> Figures | None:
        reading = Readings(patience=60).of(asked, "diabetes-progress")
        return reading.figures if reading else None

    def has_grown() -> bool:
        with MdsClient(server) as client:
            model = client.model("diabetes-progress")
            model.predict(model.signature().example_rows[0])
        time.sleep(1)
        found = read(collected)
        return found is not None and found.requests >= 3 and found.quantiles is not None

    _until(has_grown, lambda: read(collected))
    found, direct = read(collected), read(server)
    assert found
    assert direct
    assert (found.kind, found.failed, found.since) == ("MLServer", 0, None)
    assert found.mean
    assert direct.mean
    assert 0 < found.mean < 1
    assert read(replace(collected, prometheus_labels={"job": 'no "such\\'})) is None
    buckets = 'rest_server_request_duration_seconds_bucket{path=~".*/infer"}'
    for share, ours in zip((0.5, 0.95, 0.99), direct.quantiles or (), strict=True):
        query = f"histogram_quantile({share}, sum by (le) ({buckets}))"
        _until(
            lambda query=query, ours=ours: (
                _value(prometheus, query) == pytest.approx(ours.seconds, rel=1e-9)
            ),
            lambda query=query, ours=ours: (_value(prometheus, query), ours),
        )


def _value(prometheus: httpx.Client, query: str) -> float:
    value = _query(prometheus, query)[0]["value"]
    assert isinstance(value, list)
    return float(value[1])


def test_every_query_of_the_dashboard_has_data(prometheus: httpx.Client) -> None:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    queries = [target["expr"] for panel in panels for target in panel["targets"]]
    assert len(queries) == sum(len(metric.panels) for metric in METRICS)
    for query in queries:
        _until(lambda query=query: bool(_query(prometheus, query)), lambda query=query: query)


def test_an_alert_fires_and_resolves(prometheus: httpx.Client, found: Services) -> None:
    def firing() -> set[str]:
        alerts = prometheus.get("/api/v1/alerts").json()["data"]["alerts"]
        return {each["labels"]["alertname"] for each in alerts if each["state"] == "firing"}

    _until(lambda: bool(_query(prometheus, "mds_health_status")), lambda: "no figures came")
    assert "MdsModelAct" not in firing()
    add_cases(found.sessions, *[case_of(**FAILED, created_at=utc_now()) for _ in range(30)])
    _until(lambda: "MdsModelAct" in firing(), firing)
    with writing(found.sessions) as session:
        add(session, _closed())
    _until(lambda: "MdsModelAct" not in firing(), firing)


def _closed() -> DecisionView:
    return DecisionView(
        id=new_id(),
        server="shelf",
        model="penguins",
        person="olga",
        created_at=utc_now(),
        action="closed",
        reason="The server was restarted.",
        evidence={},
    )
