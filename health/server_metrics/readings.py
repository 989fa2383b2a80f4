"""What servers report of themselves, read beside whoever looks, at most every 15 s for one server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from health.server_metrics.contract import Figures, Sample
from health.server_metrics.exposition import UnreadableMetrics, samples
from health.server_metrics.figures import BEGAN, figures
from health.server_metrics.kinds import names, readers
from health.server_metrics.prometheus import collected
from mds_client.client.metrics import MetricsReader
from mds_client.errors import EndpointTimedOut, EndpointUnreachable, MdsError
from mds_client.server import Server

SECONDS = 15.0
PATIENCE = 1.0
# For who asks once, and not again in a moment: longer than a reading takes.
ASKED_ONCE = 4.0
_MOST = 500


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a server reports of a model, or a sentence on why there is nothing. `is_of_a_day` says that a Prometheus was asked."""

    figures: Figures | None = None
    sentence: str = ""
    is_of_a_day: bool = False


_Read = Sequence[Sample] | str


class Readings:
    """The newest reading of each server; safe to share between threads. `clock` counts seconds; the first reading is waited
    for as long as `patience`."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, patience: float = PATIENCE
    ) -> None:
        self._clock, self._patience = clock, patience
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._kept: dict[tuple[str, ...], tuple[float, Future[_Read]]] = {}

    def of(self, server: Server, model: str, patience: float | None = None) -> Reading | None:
        """What is known of a model; None where the settings name nothing to read. Who asks once has a `patience` of their own."""
        if not (server.prometheus_url or server.metrics_url):
            return None
        future = self._newest(server, model)
        wait([future], self._patience if patience is None else max(patience, self._patience))
        is_of_a_day = bool(server.prometheus_url)
        if not future.done():
            return Reading(sentence="It is being read.", is_of_a_day=is_of_a_day)
        read = future.result()
        if isinstance(read, str):
            return Reading(sentence=read, is_of_a_day=is_of_a_day)
        found = figures(read, model, readers())
        sentence = "" if found else "It counts no request of this model."
        return Reading(figures=found, sentence=sentence, is_of_a_day=is_of_a_day)

    def _newest(self, server: Server, model: str) -> Future[_Read]:
        """The last reading that has ended, or one under way where there is none."""
        asked = (server.prometheus_url, model) if server.prometheus_url else (server.metrics_url,)
        key = (server.name, *asked)
        with self._lock:
            if len(self._kept) > _MOST:
                self._kept.clear()
            at, future = self._kept.get(key, (0.0, None))
            if future is None or (future.done() and self._clock() - at >= SECONDS):
                self._pool = self._pool or ThreadPoolExecutor(4, "server-metrics")
                future = self._pool.submit(_read, server, model)
                self._kept[key] = (self._clock(), future)
            return future


def _read(server: Server, model: str) -> _Read:
    """The series, or a sentence."""
    address = server.prometheus_url or server.metrics_url
    try:
        with MetricsReader(server, address) as reader:
            if server.prometheus_url:
                return collected(reader.query, model, readers(), server.prometheus_labels)
            return samples(reader.text(), names() | {BEGAN})
    except EndpointTimedOut:
        return "The address of its metrics did not answer in time."
    except EndpointUnreachable:
        return "Nobody answers at the address of its metrics."
    except MdsError as error:
        return error.sentence
    except UnreadableMetrics as error:
        return str(error)
