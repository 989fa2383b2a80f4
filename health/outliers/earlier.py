"""What was asked of each model before, kept in this process: whether an input is unlike it is said in under a millisecond.

The newest different inputs of a model are read when it is asked first, and anew once a tenth as many were asked since, or
after ten minutes: so what was asked meanwhile counts a little later. Whose cases they are does not matter: what is told names
nobody, and holds no value of theirs.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

import db.health_cases
from db.cases import GENUINE
from db.engine import Sessions, reading
from db.health import Selection
from health.outliers.deployed import Detectors
from health.outliers.encoding import Rows
from health.outliers.known import LEAST, KnownInputs, known_inputs
from health.outliers.media import Features, features_of
from mds_client.signature import File, ModelRef, Signature, Values

# So many of the newest answered cases are compared with.
COMPARED = 500
# They are read anew after so many seconds, or so many cases.
SECONDS, CASES = 600.0, 20
# Reading is not begun again before so many times as long as it took: thousands may be asked in a second.
PAUSE_SHARE = 20.0
_MOST_KEPT = 64


@dataclass
class _Kept:
    inputs: KnownInputs | None
    read_at: float
    took: float
    asked: int = 0

    def is_old(self, now: float) -> bool:
        many = max(CASES, self.inputs.n // 10 if self.inputs else 0)
        age = now - self.read_at
        return age > SECONDS or (self.asked >= many and age > PAUSE_SHARE * self.took)


class Earlier:
    """Compares with the earlier cases of all people, and asks the detectors deployed beside a model. `sessions` see all cases."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Callable[[], float] = time.monotonic,
        detectors: Detectors | None = None,
    ) -> None:
        self._sessions, self._clock, self._detectors = sessions, clock, detectors
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        self._lock = Lock()

    def features(self, values: Values) -> dict[str, object]:
        """The pictures and sounds among the values of a case as a few numbers each, by field; others are left out."""
        files = {name: value for name, value in values.items() if isinstance(value, File)}
        found = {name: features_of(file) for name, file in files.items()}
        return {name: numbers for name, numbers in found.items() if numbers is not None}

    def unlike(self, ref: ModelRef, rows: Rows, titles: Mapping[str, str]) -> list[str] | None:
        """Of each of the rows of a model, with the numbers of pictures and sounds in their place, what about it is unlike all earlier inputs, in a sentence; empty where nothing is. None
        where there are too few earlier ones to say, or none that can be compared. Raises StorageError.
        """
        with self._lock:
            inputs = self._known((ref.server, ref.name), len(rows))
        return None if inputs is None else inputs.unlike(rows, titles)

    def detected(
        self, signature: Signature, rows: Sequence[Values]
    ) -> list[list[dict[str, object]]] | None:
        """What the detectors deployed beside the model say of each of the rows; None where there are none."""
        return self._detectors.of_rows(signature, rows) if self._detectors else None

    def _known(self, model: tuple[str, str], asked: int) -> KnownInputs | None:
        kept = self._kept.pop(model, None)
        if kept is None or kept.is_old(self._clock()):
            began = self._clock()
            inputs = self._read(model)
            ended = self._clock()
            kept = _Kept(inputs=inputs, read_at=ended, took=ended - began)
        kept.asked += asked
        self._kept[model] = kept
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return kept.inputs

    def _read(self, model: tuple[str, str]) -> KnownInputs | None:
        wanted = Selection(purposes=GENUINE, server=model[0], model=model[1])
        with reading(self._sessions) as session:
            found = db.health_cases.comparable(session, wanted, COMPARED)
        rows = [with_features(entered, features) for entered, features in found]
        return known_inputs(rows) if len(rows) >= LEAST else None


def with_features(
    entered: Mapping[str, object], features: Mapping[str, object]
) -> dict[str, object]:
    """What was entered in a case, with the numbers of its pictures and sounds in their place."""
    return {**entered, **{name: Features(str(found)) for name, found in features.items()}}
