"""The detectors that are deployed beside a model, asked about each case before the model is: is it an outlier, is it adversarial?"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from mds_client.errors import MdsError
from mds_client.protocols.detectors import Verdict, detectors_of, refusal, shown
from mds_client.server import Server
from mds_client.signature import Signature, Values

# Nobody waits longer for their answer than this for all detectors together.
SECONDS = 2.0


class Client(Protocol):
    """What is needed of the client of a server."""

    server: Server

    def ask_detector(
        self,
        signature: Signature,
        detector: str,
        values: Sequence[Values],
        /,
        *,
        seconds: float | None,
    ) -> Verdict: ...


class Detectors:
    """Asks what the settings of a server, else the metadata of a model, name as its `detectors`. `client_of` raises KeyError for
    no server."""

    def __init__(
        self, client_of: Callable[[str], Client], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client_of, self._clock = client_of, clock

    def of_rows(
        self, signature: Signature, rows: Sequence[Values]
    ) -> list[list[dict[str, object]]] | None:
        """Of each row what each detector says: its name, `kind` (outlier or adversarial), `is_flagged` and its `score`; or a
        `problem` where it gave no answer. None where the model has no detectors."""
        try:
            client = self._client_of(signature.model.server)
        except KeyError:
            return None
        names = detectors_of(client.server, signature)
        if not names or not rows:
            return None
        ends = self._clock() + SECONDS
        by_detector = [self._asked(client, signature, name, rows, ends) for name in names]
        return [list(said) for said in zip(*by_detector, strict=True)]

    def _asked(
        self, client: Client, signature: Signature, name: str, rows: Sequence[Values], ends: float
    ) -> list[dict[str, object]]:
        """What one says of each row, in as many requests as the model would need."""
        if problem := refusal(client.server, signature.model.name, name):
            return [{"detector": shown(name), "problem": problem}] * len(rows)
        at_once, found = signature.max_rows or len(rows), list[dict[str, object]]()
        for start in range(0, len(rows), at_once):
            some, left = rows[start : start + at_once], ends - self._clock()
            if left <= 0:
                found += [{"detector": name, "problem": "It took too long."}] * len(some)
                continue
            try:
                found += _told(client.ask_detector(signature, name, some, seconds=left), len(some))
            except MdsError as error:
                found += [{"detector": name, "problem": error.sentence}] * len(some)
        return found


def _told(verdict: Verdict, rows: int) -> list[dict[str, object]]:
    if len(verdict.flags) != rows or verdict.kind == "drift":
        problem = "It looks at many cases together: its name belongs to drift_detectors."
        if verdict.kind == "collecting":
            problem = "It gave no answer yet: it collects requests first."
        return [{"detector": verdict.detector, "problem": problem}] * rows
    scores = verdict.scores or (None,) * rows
    return [
        {"detector": verdict.detector, "kind": verdict.kind, "is_flagged": flag, "score": score}
        for flag, score in zip(verdict.flags, scores, strict=True)
    ]
