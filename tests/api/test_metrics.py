"""`/metrics`: who may read it, what it tells, and that what is made from its list is up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_open
from prometheus_client.parser import text_string_to_metric_families as read_text
from pydantic import ValidationError
from starlette.applications import Starlette

import db.health_detections
import db.streams
import services
from api.metrics.collected import Figures
from api.metrics.definitions import BY_NAME
from api.metrics.files import files
from api.routes import routes
from db.engine import close, writing
from db.errors import StorageError
from db.ids import utc_now
from db.streams import StreamView
from feedback.submission import submit
from services import Services
from settings import ServerSettings, Settings
from tests.databases import sqlite_below
from tests.recorded import FAILED, add_cases, case_of

TOKEN = "a-token-for-prometheus"
OPEN_METRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}


DETECTION = db.health_detections.DetectionView(
    server="shelf",
    model="penguins",
    detector="penguins-drift",
    asked_at=utc_now(),
    last_case="",
    cases=30,
    is_drift=True,
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services with one server that nobody can reach, and 30 cases of a model: 20 right, 10 failed."""
    nowhere = ServerSettings(name="shelf", url="http://127.0.0.1:9")
    url = sqlite_below(tmp_path_factory.mktemp("metrics"))
    made = services.build(Settings(servers=[nowhere], database_url=url))
    made.catalogue.refresh()
    drawn = {"is_audited": True, "audit_draw": 0.01, "created_at": utc_now()}
    kept = add_cases(made.sessions, *[case_of(**drawn) for _ in range(20)])
    add_cases(made.sessions, *[case_of(**FAILED, created_at=utc_now()) for _ in range(10)])
    for case in kept:
        submit(made.sessions, case_id=case.id, person="rita", judgement="correct", key=case.id)
    stream = StreamView(name="birds", server="shelf", model="penguins")
    with writing(made.sessions) as session:
        for answered, lag in ((5, 7), (2, 4)):  # two processes, or one twice
            db.streams.tell(
                session, stream, now=utc_now(), answered=answered, poison=1, recorded=2, lag=lag
            )
        db.health_detections.put(session, DETECTION)
    yield made
    made.close()
    close(made.sessions)


def _asks(
    found: Services, peer: str = "127.0.0.1", token: str = ""
) -> Callable[..., httpx.Response]:
    """How a client at this address asks, where the settings have this token."""
    secret = Settings(metrics_token=token).metrics_token
    changed = found.settings.model_copy(update={"metrics_token": secret})
    app = Starlette(routes=routes(lambda: replace(found, settings=changed)))

    async def ask(headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(peer, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://mds") as client:
            return await client.get("/metrics", headers=headers)

    def in_a_thread(**headers: str) -> httpx.Response:
        """Beside whatever loop another test left running here."""
        asked = ask({name.replace("_", "-"): value for name, value in headers.items()})
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, asked).result()

    return in_a_thread


def test_what_is_made_from_the_list_is_up_to_date() -> None:
    stale = [path.name for path, text in files().items() if path.read_text("utf-8") != text]
    assert not stale, "run python -m api.metrics.files"


def test_it_tells_what_the_database_has_in_both_formats(found: Services) -> None:
    ask = _asks(found)
    answer, as_open = ask(), ask(**OPEN_METRICS)
    assert "openmetrics" in as_open.headers["content-type"]
    told = [_values(read(each.text)) for read, each in ((read_text, answer), (read_open, as_open))]
    ours = [{k: v for k, v in each.items() if k[0].startswith("mds_")} for each in told]
    assert ours[0] == ours[1]
    values = told[0]
    penguins = (("model", "penguins"), ("server", "shelf"))
    assert values["mds_cases_total", (*penguins[:1], ("outcome", "answered"), penguins[1])] == 20
    assert values["mds_cases_total", (*penguins[:1], ("outcome", "failed"), penguins[1])] == 10
    assert values["mds_accuracy_ratio", penguins] == 1
    assert values["mds_accuracy_checked_cases", penguins] == 20
    assert values["mds_accuracy_left_out_ratio", penguins] == 0
    assert values["mds_health_status", (*penguins, ("word", "Act"))] == 1
    assert values["mds_alarm_open", (("kind", "errors"), *penguins)] == 1
    assert values["mds_database_up", ()] == 1
    assert values["mds_server_up", (("server", "shelf"),)] == 0
    birds = ("stream", "birds")
    assert values["mds_stream_records_total", (("outcome", "answered"), birds)] == 7
    assert values["mds_stream_records_total", (("outcome", "poison"), birds)] == 2
    assert values["mds_stream_recorded_total", (birds,)] == 4
    assert values["mds_stream_lag_records", (birds,)] == 4
    names = {name for name, _ in values if name.startswith("mds_")}
    assert names <= set(BY_NAME)
    assert set(BY_NAME) - names <= {"mds_models", "mds_alarm_evidence"}  # no server, no baseline
    assert values["process_resident_memory_bytes", ()] > 0


def _values(families: object) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families  # type: ignore[attr-defined]
        for sample in family.samples
    }


def test_only_this_machine_reads_them_unless_there_is_a_token(found: Services) -> None:
    assert _asks(found)().status_code == 200
    refused = [_asks(found)(x_forwarded_for="127.0.0.1"), _asks(found, "10.0.0.7")()]
    assert [each.status_code for each in refused] == [403, 403]
    assert "MDS_METRICS_TOKEN" in refused[0].text


def test_with_a_token_only_who_sends_it_reads_them(found: Services) -> None:
    ask = _asks(found, "10.0.0.7", TOKEN)
    assert ask(authorization=f"Bearer {TOKEN}").status_code == 200
    for header in ({}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}):
        assert ask(**header).status_code == 401
    assert _asks(found, "127.0.0.1", TOKEN)().status_code == 401
    with pytest.raises(ValidationError, match="16 characters"):
        Settings(metrics_token="short")


def test_without_a_database_it_says_that(found: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_sessions: object) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr("api.metrics.collected.summarise", broken)
    values = _values(Figures(lambda: found).collect())
    assert values["mds_database_up", ()] == 0
    assert ("mds_server_up", (("server", "shelf"),)) in values
    assert not any(name == "mds_cases_total" for name, _ in values)


def test_figures_are_kept_for_a_while(found: Services) -> None:
    now = [0.0]
    figures = Figures(lambda: found, clock=lambda: now[0])
    before = _values(figures.collect())
    add_cases(found.sessions, case_of(model="wines"))
    assert _values(figures.collect()) == before
    now[0] = 15.0
    wines = (("model", "wines"), ("outcome", "answered"), ("server", "shelf"))
    assert _values(figures.collect())["mds_cases_total", wines] == 1
