"""The metrics as they are now: read from the services, and told in the words of prometheus_client."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from prometheus_client import Metric as Family
from prometheus_client import ProcessCollector
from prometheus_client.registry import Collector, CollectorRegistry

import db.health_detections
import db.streams
from api.metrics.definitions import BY_NAME, METRICS, MOST_MODELS
from configured import app_version
from db.engine import reading
from db.errors import StorageError
from db.ids import utc_now
from db.job_view import UNDER_WAY
from health.input_drift import is_recent
from health.standing import Standing, standings
from health.status import WORDS
from health.summary import HealthRow, summarise
from jobs.store import by_kind, living, oldest_waiting_seconds
from services import Services

# As often as figures are made anew, however many ask.
KEPT_SECONDS = 15.0
ALARMS = ("accuracy", "errors", "inputs")
Model = tuple[str, str]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sample:
    """One value of a metric, with the values of its labels in their order."""

    name: str
    labels: tuple[str, ...]
    value: float


class Figures(Collector):
    """What a registry collects: the samples of the services, the same ones for a while."""

    def __init__(
        self, services: Callable[[], Services], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._services, self._clock = services, clock
        self._lock = threading.Lock()
        self._made: tuple[float, list[Sample]] | None = None

    def describe(self) -> Iterable[Family]:
        """Nothing: so that nothing is read when the app starts."""
        return []

    def collect(self) -> Iterator[Family]:
        """One family for each metric of the list that has a value."""
        by_name: dict[str, list[Sample]] = {}
        for sample in self._samples():
            by_name.setdefault(sample.name, []).append(sample)
        return (_family(m.name, by_name[m.name]) for m in METRICS if m.name in by_name)

    def _samples(self) -> list[Sample]:
        """Made by one thread at a time: the others wait for the same ones."""
        with self._lock:
            now = self._clock()
            if self._made is None or now - self._made[0] >= KEPT_SECONDS:
                made = list(_made(self._services()))
                took = Sample("mds_figures_seconds", (), self._clock() - now)
                self._made = (now, [*made, took])
            return self._made[1]


def registry(services: Callable[[], Services]) -> CollectorRegistry:
    """What `/metrics` tells: the figures of the services, and the memory and time of this process."""
    made = CollectorRegistry()
    made.register(Figures(services))
    ProcessCollector(registry=made)
    return made


def _family(name: str, samples: Iterable[Sample]) -> Family:
    metric = BY_NAME[name]
    unit = next((each for each in ("seconds", "ratio") if name.endswith(f"_{each}")), "")
    family = Family(name.removesuffix("_total"), metric.says, metric.kind, unit)
    for sample in samples:
        family.add_sample(name, dict(zip(metric.labels, sample.labels, strict=True)), sample.value)
    return family


def _made(services: Services) -> Iterator[Sample]:
    yield Sample("mds_workbench_info", (app_version(),), 1)
    yield from _of_servers(services)
    try:
        stored = list(_of_database(services))
    except StorageError:
        log.exception("the database gave no figures")
        yield Sample("mds_database_up", (), 0)
    else:
        yield Sample("mds_database_up", (), float(services.database_state() == "well"))
        yield from stored


def _of_servers(services: Services) -> Iterator[Sample]:
    for state in services.catalogue.servers():
        yield Sample("mds_server_up", (state.server.name,), float(state.is_reachable))
    states = sorted((entry.ref.server, entry.info.state) for entry in services.catalogue.entries())
    for labels, entries in groupby(states):
        yield Sample("mds_models", labels, len(list(entries)))


def _of_database(services: Services) -> Iterator[Sample]:
    rows = summarise(services.figures)
    models = sorted({(row.server, row.model) for row in rows})
    told = set(models[:MOST_MODELS])
    yield Sample("mds_models_left_out", (), len(models) - len(told))
    for model, found in groupby(rows, key=lambda row: (row.server, row.model)):
        if model in told:
            yield from _of_model(model, list(found))
    every = standings(services.figures, titles=services.field_titles, units=services.answer_unit)
    for model, standing in every.items():
        if model in told:
            yield from _of_standing(model, standing)
    yield from _of_detectors(services, told)
    yield from _of_jobs(services)
    yield from _of_streams(services)


def _of_model(model: Model, rows: list[HealthRow]) -> Iterator[Sample]:
    """What was asked and said, all versions together; how long it takes is of the one that was asked last."""
    cases: dict[str, int] = {"answered": sum(row.answered for row in rows)}
    said: dict[tuple[str, str], int] = {}
    for row in rows:
        for outcome, count in row.errors.items():
            cases[outcome] = cases.get(outcome, 0) + count
        for channel, judged in row.feedback.items():
            for judgement, count in judged.items():
                said[channel, judgement] = said.get((channel, judgement), 0) + count
    for outcome, count in cases.items():
        yield Sample("mds_cases_total", (*model, outcome), count)
    yield Sample("mds_cases_unanswered", model, sum(row.unknown for row in rows))
    for labels, count in said.items():
        yield Sample("mds_feedback_statements", (*model, *labels), count)
    newest = max(rows, key=lambda row: row.last_case_at)
    if newest.latency:
        found = newest.latency
        for percentile, seconds in (("50", found.p50), ("95", found.p95), ("99", found.p99)):
            yield Sample("mds_case_duration_seconds", (*model, percentile), seconds)


def _of_standing(model: Model, standing: Standing) -> Iterator[Sample]:
    status, found = standing.status, standing.accuracy
    for word in WORDS:
        yield Sample("mds_health_status", (*model, word), float(status.word == word))
    open_now = {each.kind for each in status.findings if not each.is_over}
    for kind in ALARMS:
        yield Sample("mds_alarm_open", (*model, kind), float(kind in open_now))
    if status.alarm:
        yield Sample("mds_alarm_evidence", model, status.alarm.evidence)
    yield Sample("mds_accuracy_checked_cases", model, found.n)
    if every := found.of + found.unknown:
        yield Sample("mds_accuracy_left_out_ratio", model, found.unknown / every)
    for name, value in (("", found.value), ("low_", found.low), ("high_", found.high)):
        if value is not None:
            yield Sample(f"mds_accuracy_{name}ratio", model, value)


def _of_detectors(services: Services, told: Collection[Model]) -> Iterator[Sample]:
    now = utc_now()
    with reading(services.figures) as session:
        found = db.health_detections.of_models(session)
    for model, said in found.items():
        for each in said:
            if model in told and each.is_drift is not None and is_recent(each, now):
                labels = (*model, each.detector)
                yield Sample("mds_drift_detector_flagged", labels, float(each.is_drift))


def _of_jobs(services: Services) -> Iterator[Sample]:
    counted = {(kind, state): 0 for kind in services.kinds for state in UNDER_WAY}
    for labels, count in (counted | by_kind(services.sessions)).items():
        yield Sample("mds_jobs", labels, count)
    yield Sample("mds_jobs_oldest_waiting_seconds", (), oldest_waiting_seconds(services.sessions))
    workers = living(services.sessions, services.settings.lost_seconds)
    for role in ("web", "worker", "ray"):
        yield Sample("mds_workers", (role,), sum(worker.role == role for worker in workers))


def _of_streams(services: Services) -> Iterator[Sample]:
    with reading(services.sessions) as session:
        streams = db.streams.every(session, MOST_MODELS)
    for each in streams:
        for outcome, count in (("answered", each.answered), ("poison", each.poison)):
            yield Sample("mds_stream_records_total", (each.name, outcome), count)
        yield Sample("mds_stream_recorded_total", (each.name,), each.recorded)
        if each.lag is not None:
            yield Sample("mds_stream_lag_records", (each.name,), each.lag)
        if each.seen_at is not None:
            silent = max(0.0, (utc_now() - each.seen_at).total_seconds())
            yield Sample("mds_stream_silent_seconds", (each.name,), silent)
