"""What detectors answer that are deployed beside a model: Alibi Detect's, and any model with such outputs.

A detector takes what its model takes, and answers `is_outlier` or `is_adversarial` for each row, or `is_drift` for all rows
together; scores and chances stand beside it where it gives them. One that collects requests first answers no outputs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mds_client.errors import MdsError, UnreadableAnswer
from mds_client.prediction import Output
from mds_client.server import Server
from mds_client.signature import ModelRef, Signature
from mds_client.transport.exchange import Response

Kind = Literal["adversarial", "outlier", "drift", "collecting"]
_FLAGS: Mapping[str, Kind] = {
    "is_adversarial": "adversarial",
    "is_outlier": "outlier",
    "is_drift": "drift",
}

# What metadata may name as a model of its server; what could lead anywhere else in an address is not among it.
_LONGEST = 128
_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:-]{{0,{_LONGEST - 1}}}")
# How detectors are called that stand beside a model.
_CALLED = re.compile(r"[-_](?:(?:outliers?|drift|adversarial)(?:[-_]detector)?|detector)$")


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


def detectors_of(server: Server, signature: Signature) -> Sequence[str]:
    """The names of the models that are asked about each case of a model: those of the settings, none where these name none, and
    where they are silent those of its own metadata."""
    return server.detectors.get(signature.model.name, signature.detectors)


def drift_detectors_of(server: Server, signature: Signature) -> Sequence[str]:
    """The names of the models that are asked about its last cases together, likewise."""
    return server.drift_detectors.get(signature.model.name, signature.drift_detectors)


def refusal(server: Server, model: str, detector: str) -> str:
    """Why a detector is not asked that the metadata of a model names, in a sentence; empty where it is asked. The settings may
    name any."""
    if detector in (*server.detectors.get(model, ()), *server.drift_detectors.get(model, ())):
        return ""
    if detector == model:
        return "The model's metadata names the model itself as its detector: it is not asked."
    if not _NAME.fullmatch(detector):
        return "The model's metadata names no model of its own server here: it is not asked."
    return ""


def shown(detector: str) -> str:
    """A name as it can be kept and told, whatever metadata made of it."""
    clean = "".join(
        each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in detector
    )
    return (clean if len(clean) <= _LONGEST else f"{clean[: _LONGEST - 8]}…") or "(no name)"


def watching(
    server: Server, declared: Mapping[ModelRef, Signature | None], unread: Collection[str] = ()
) -> frozenset[str]:
    """The names of the models that are deployed only to watch others: as the settings say, and as the metadata of one says and
    its own outputs confirm. Nobody hides a model by naming it; but while the metadata of one is still `unread`, one that is called
    after another model and after a detector (`churn-outliers`) counts as one, or it would show up among the models for a moment.
    """
    known = [signature for signature in declared.values() if signature]
    named = {
        name
        for each in known
        for name in (*detectors_of(server, each), *drift_detectors_of(server, each))
    }
    own = {each.model.name for each in known if answers_so(each)}
    called = called_so(unread, {ref.name for ref in declared})
    return server.watching | (named & own) | frozenset(called)


def answers_so(signature: Signature) -> bool:
    """Whether a model answers what detectors answer."""
    return any(output.name in _FLAGS for output in signature.outputs)


def called_so(names: Collection[str], models: Collection[str]) -> dict[str, str]:
    """Those of the names that are a model's and a detector's (`churn-outliers` beside `churn`), with that model."""
    found = ((name, _CALLED.search(name)) for name in names)
    by_name = {name: name[: end.start()] for name, end in found if end}
    return {name: model for name, model in by_name.items() if model in models}


def watched(server: Server) -> dict[str, str]:
    """By the name of a detector the model that it watches, as the settings say."""
    by_model = (*server.detectors.items(), *server.drift_detectors.items())
    return {name: model for model, names in by_model for name in names}


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
