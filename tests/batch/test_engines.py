"""Which engine asks about a large file, and what a process of a cluster refuses; `make test-ray` has the cluster itself."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import db.jobs
from batch.engines import choice, node, offers, ray_driver
from batch.engines.cluster import ANSWER_SECONDS
from batch.engines.node import Order, Told, app_version, name_on, node_of
from batch.engines.ray_driver import places_of
from batch.errors import EngineRefused
from batch.jobs import large_file
from batch.plan import Request, estimate
from db.engine import Sessions, reading
from jobs import store
from settings import RaySettings, Settings
from tests.batch.asking import Model, asked, csv, here_and_alive, result, tools, written

POSTGRESQL, SQLITE = "postgresql://u:p@h/d", "sqlite:///w.db"
CLUSTER = RaySettings(address="head:6379", from_rows=1_000)


def _settings(
    url: str = POSTGRESQL, engine: str = "auto", ray: RaySettings | None = CLUSTER
) -> Settings:
    return Settings(database_url=url, batch_engine=engine, ray=ray)  # type: ignore[arg-type]


def test_the_engine_is_chosen_by_name_by_setting_or_by_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choice, "find_spec", lambda _: object())
    assert choice.chosen(_settings(), 999) == "local"
    assert choice.chosen(_settings(), 1_000) == "ray"
    assert choice.chosen(_settings(engine="ray"), 1) == "ray"
    assert choice.chosen(_settings(engine="local"), 10**9) == "local"
    assert choice.chosen(_settings(engine="local"), 1, "ray") == "ray"
    assert choice.chosen(_settings(engine="ray"), 10**9, "local") == "local"


def test_what_cannot_be_is_refused_in_a_sentence_and_size_alone_refuses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for settings, words in (
        (_settings(url=SQLITE), "Ray needs PostgreSQL"),
        (_settings(ray=None), "No Ray cluster is configured"),
        (_settings(), "not installed here: `uv sync"),
    ):
        monkeypatch.setattr(choice, "find_spec", lambda _: None)
        with pytest.raises(EngineRefused, match=words):
            choice.chosen(settings, 1, "ray")
        assert choice.chosen(settings, 10**9) == "local"


def test_a_plan_says_what_each_engine_would_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "find_spec", lambda _: object())
    assert offers.offers(_settings(ray=None), 10**9, workers=1, connections=9) == []
    here, there = offers.offers(_settings(), 50_000, workers=3, connections=9)
    tried = [Request(rows=5, seconds=0.01), Request(rows=100, seconds=0.1)]
    alone = estimate(50_000, tried, at_once=4)
    shared = estimate(50_000, tried, at_once=4, processes=there.processes)
    assert alone
    assert shared
    assert alone.quickest == pytest.approx(alone.slowest / 4)
    assert shared.quickest == pytest.approx(alone.slowest / (4 * 32))
    assert offers.in_words(here, alone) == (
        "On the workers here: 3 processes, up to 12 requests at once; about 12 s to 50 s."
    )
    assert offers.in_words(there, shared) == (
        "On the Ray cluster: up to 32 processes, up to 128 requests at once; about 1 s to 50 s. This is chosen."
    )
    here, there = offers.offers(_settings(url=SQLITE), 999, workers=3, connections=2)
    assert offers.in_words(here) == (
        "On the workers here: 1 process, up to 2 requests at once. This is chosen."
    )
    assert offers.in_words(there).startswith("On the Ray cluster: not now. Ray needs PostgreSQL")


@pytest.mark.parametrize("address", ["", "auto", "local", "head", "http://head:8265", "a b:1"])
def test_a_cluster_is_named_by_its_address_and_never_begun(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        RaySettings(address=address)


class _SlowToBegin:
    """A cluster that lets its first caller wait for too long, as a busy machine does."""

    def __init__(self, failures: int) -> None:
        self.failures, self.asked, self.ended = failures, 0, 0

    def init(self, **_: object) -> None:
        self.asked += 1
        if self.asked <= self.failures:
            raise ConnectionAbortedError("Starting Ray client server failed")

    def nodes(self) -> list[dict[str, object]]:
        return []

    def shutdown(self) -> None:
        self.ended += 1


@pytest.mark.parametrize(("failures", "asked"), [(0, 1), (2, 3), (9, 3)])
def test_a_cluster_that_listens_is_asked_again_before_it_is_called_away(
    failures: int, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_driver, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(ray_driver, "EMPTY_LOOKS", 2)
    cluster = _SlowToBegin(failures)
    monkeypatch.setitem(sys.modules, "ray", cluster)
    told: list[Mapping[str, object]] = []
    order = Order(job_id="job", attempt=1, runner="me", name="", version=app_version())
    driver = ray_driver.Driver(order=order, work=lambda _: Told(), tell=told.append, processes=2)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        driver.run(f"ray://127.0.0.1:{listening.getsockname()[1]}", threading.Event())
    assert cluster.asked == asked
    assert told[-1]["failed"] == (ray_driver.NO_MACHINE if failures < asked else "")
    # Who hears nothing of the driver gives up later than the driver itself does.
    assert ANSWER_SECONDS > ray_driver.TRIES * 30


def test_each_machine_gets_a_process_before_any_gets_a_second() -> None:
    def one(name: str, processors: float, alive: bool = True) -> dict[str, object]:
        return {"NodeID": name, "Alive": alive, "Resources": {"CPU": processors}}

    found = places_of([one("b", 2.0), one("a", 4.0), one("c", 4.0, False), one("d", 0.0)], 5)
    assert [(place.node, place.number) for place in found] == [
        ("a", 0), ("b", 0), ("a", 1), ("b", 1), ("a", 2),
    ]  # fmt: skip
    assert node_of(name_on("0123456789abcdef")) == "0123456789ab"
    assert node_of("worker-01ABC") == ""


def test_a_process_of_a_cluster_works_on_what_its_job_says_and_on_nothing_else(
    sessions: Sessions, tmp_path: Path
) -> None:
    given = written(tmp_path, csv(tmp_path / "birds.csv", 40))
    model = Model()
    found = tools(sessions, tmp_path, model)
    said: list[Told] = []

    def help_it() -> None:
        job = store.find(sessions, given.batch_id)
        assert job is not None
        order = Order(
            job_id=job.id,
            attempt=job.attempt,
            runner=job.runner,
            name=name_on("0123456789abcdef"),
            version=app_version(),
        )
        for each in (
            replace(order, version="0"),
            replace(order, job_id=store.new_id()),
            replace(order, attempt=7),
            replace(order, runner="another"),
        ):
            said.append(node.work(found, each))
        assert model.asked == []
        said.append(node.work(found, order))

    job = asked(sessions, tmp_path, Model(), given, also=help_it)
    assert [told.sentence for told in said] == [
        f"The workbench on a machine of the cluster is {app_version()}, and 0 asks.",
        "The settings on a machine of the cluster name another database.",
        "",
        "",
        "",
    ]
    assert job.sentence == "40 rows were answered. 1 machine of the Ray cluster asked."
    assert model.asked == list(range(40))
    assert result(tmp_path, given)["Answer"] == [float(i) for i in range(40)]


def test_the_engine_of_a_batch_that_ended_early_can_be_changed(
    sessions: Sessions, tmp_path: Path
) -> None:
    given = replace(written(tmp_path, csv(tmp_path / "birds.csv", 4)), engine="ray")
    found = tools(sessions, tmp_path, Model())
    found.settings.ray = None
    kind = found.kinds[large_file.NAME]
    job = asked(sessions, tmp_path, Model(), given)
    assert (job.state, job.sentence) == (
        "failed",
        "No Ray cluster is configured: `ray.address` in the settings names one.",
    )
    large_file.change_engine(sessions, kind, job.id, "local")
    waiting = store.resume(sessions, job.id, found.kinds)
    assert here_and_alive(sessions).take(kind, waiting)
    with reading(sessions) as session:
        ended = db.jobs.by_id(session, job.id)
    assert ended is not None
    assert ended.sentence == "4 rows were answered."
