"""What detectors answer that are deployed beside a model: Alibi Detect's, and any model with such outputs.

A detector takes what its model takes, and answers `is_outlier` or `is_adversarial` for each row, or `is_drift` for all rows
together; scores and chances stand beside it where it gives them. One that collects requests first answers no outputs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mds_client.errors import MdsError, UnreadableAnswer
from mds_client.prediction import Output
from mds_client.server import Server
from mds_client.transport.exchange import Response

Kind = Literal["adversarial", "outlier", "drift", "collecting"]
_FLAGS: Mapping[str, Kind] = {
    "is_adversarial": "adversarial",
    "is_outlier": "outlier",
    "is_drift": "drift",
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a detector said. `flags` are of the rows, of drift one for all; `scores` of the rows, as far as there are any.
    `p` is the smallest chance, `distance` the largest, `threshold` what they are held against. One that is still
    "collecting" has none of these."""

    detector: str
    kind: Kind
    flags: tuple[bool, ...] = ()
    scores: tuple[float, ...] = ()
    p: float | None = None
    distance: float | None = None
    threshold: float | None = None

    @property
    def is_flagged(self) -> bool:
        """Whether any row, or all together, are."""
        return any(self.flags)


def detectors_of(server: Server, model: str) -> Sequence[str]:
    """The names of the models that are asked about each case of a model."""
    return server.detectors.get(model, ())


def verdict_of(detector: str, outputs: Sequence[Output], rows: int, response: Response) -> Verdict:
    """What the outputs say of so many rows. Raises UnreadableAnswer for an answer of anything else."""
    if not outputs:
        return Verdict(detector=detector, kind="collecting")
    by_name = {output.name: _numbers(output) for output in outputs}
    name = next((name for name in _FLAGS if by_name.get(name)), None)
    if name is None:
        raise _unreadable(detector, response)
    kind, flags = _FLAGS[name], [value > 0 for value in by_name[name]]
    if kind == "drift":
        flags = [any(flags)]  # one a field, of a detector that looks at each alone
    elif len(flags) != rows:
        raise _unreadable(detector, response)
    scores = by_name.get("instance_score", [])
    return Verdict(
        detector=detector,
        kind=kind,
        flags=tuple(flags),
        scores=tuple(scores) if len(scores) == rows else (),
        p=min(by_name.get("p_val", []), default=None),
        distance=max(by_name.get("distance", []), default=None),
        threshold=min(by_name.get("threshold", []), default=None),
    )


def of_detector_error(error: MdsError) -> MdsError:
    """The error in words about the detector, which is not the model."""
    error.sentence = error.sentence.replace("The model", "The detector", 1)
    error.args = (error.sentence,)
    return error


def _numbers(output: Output) -> list[float]:
    """Its finite numbers; none where one is no number."""
    if not all(isinstance(value, bool | int | float) for value in output.data):
        return []
    return [float(value) for value in output.data if math.isfinite(value)]  # type: ignore[arg-type]


def _unreadable(detector: str, response: Response) -> UnreadableAnswer:
    return UnreadableAnswer(
        f"{detector} answers no is_outlier, is_adversarial or is_drift that fits what it was asked.",
        advice="Tell whoever runs the detector, or take its name out of the settings.",
        detail=response.body[:500].decode("utf-8", "replace"),
    )
