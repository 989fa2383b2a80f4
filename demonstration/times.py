"""How long the cases of the demonstration took: as long as real requests of one row each, that are timed when it is written.

The cases are asked many at once, and the time of such a request is that of none of them. So each model is first asked about some rows
one by one, as people ask; the time of each of its cases is drawn from these, by the inverse of their distribution, which is linear from each
time to the next.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice

from cases.attempt import Attempt, Predictor, call
from db.cases import CaseView
from db.ids import new_id
from mds_client import MdsClient, Server
from mds_client.signature import Values

# So many requests of each model are timed, after one that makes the connection and may have to load the model.
TIMED = 20
_REFUSED = 3


@dataclass(frozen=True, kw_only=True)
class Times:
    """The seconds of each timed request, from asking to the answer and on the wire, the quickest first."""

    seconds: Sequence[tuple[float, float]]

    def drawn(
        self, case: CaseView, random: Callable[[], float], times_as_long: float = 1.0
    ) -> CaseView:
        """The case with a time of its own; as it is where nothing was timed."""
        if not self.seconds:
            return case
        total, wire = (each * times_as_long for each in self._between(random()))
        return replace(case, seconds_total=total, seconds_wire=wire)

    def _between(self, share: float) -> tuple[float, float]:
        """The times that this share of the requests did not take longer than."""
        place, part = divmod(share * (len(self.seconds) - 1), 1.0)
        low, high = self.seconds[int(place)], self.seconds[min(int(place) + 1, len(self.seconds) - 1)]  # fmt: skip
        total, wire = (a + (b - a) * part for a, b in zip(low, high, strict=True))
        return total, wire


def measured(
    model: Predictor, rows: Sequence[Values], *, stopwatch: Callable[[], float] = time.perf_counter
) -> Times:
    """Ask a model about some rows, one by one."""
    asked = islice(cycle(rows), TIMED + 1)
    attempts = [call(model, dict(row), new_id(), "", stopwatch) for row in asked]
    return _of(attempt for attempt in attempts[1:] if attempt.prediction)


def refused(
    model: Predictor, row: Values, *, stopwatch: Callable[[], float] = time.perf_counter
) -> Times:
    """How long it takes to hear that a server does not answer: of a port of this machine on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        address = f"http://127.0.0.1:{held.getsockname()[1]}"
    nobody = Server(
        name=model.ref.server, url=address, protocol="open-inference", breaker_failures=0
    )
    with MdsClient(nobody) as client:
        gone = client.model(model.ref.name, model.ref.version, signature=model.signature())
        attempts = [call(gone, dict(row), new_id(), "", stopwatch) for _ in range(_REFUSED)]
    return _of(attempt for attempt in attempts if attempt.error)


def _of(attempts: Iterable[Attempt]) -> Times:
    found = ((each.seconds, each.exchange.seconds) for each in attempts if each.exchange)
    return Times(seconds=sorted(found))
