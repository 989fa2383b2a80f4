"""Which answers stay possible for a case, and within which bounds a number lies: from the checked cases of the model's version.

A job keeps how far the drawn, judged cases of each version were off (`bring_up_to_date`); for one case that is read and held
against its answer (`of_case`). Cases without a chance of being drawn, such as those that a person makes up, have no set: nothing
that was checked speaks for them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import db.health_calibrations
import db.health_cases
import db.health_days
from db.cases import DEMO, GENUINE, CaseView
from db.engine import Session, Sessions, reading, snapshot, writing
from db.errors import Conflict
from db.health import Selection
from db.health_calibrations import CalibrationView
from db.health_cases import JudgedCase
from db.ids import utc_now
from health.conformal import CONFIDENCE, held, label_set, scores_of
from health.estimates import WeightKey, weight_of_each
from health.outliers.encoding import as_number
from health.summary import ROW, groups
from health.weighted import Share
from mds_client.signature import Signature

# The newest checked cases of a version, and of how many versions of a model.
MOST_CASES, MOST_VERSIONS = 1_000, 5
# Cases keep so many of the likeliest classes (cases/answers.py): where all of these stay possible, others may as well.
_MOST_LABELS = 20
CLASS, NUMBER = "class", "number"
_Version = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class PredictionSet:
    """What stays possible with nine chances in ten: `labels` of a class, the likeliest first, or the `bounds` of a number.
    `n` checked cases say so, of which `demonstration` are the history of a demonstration; `held` is how often the later half
    of them was within what the earlier half allows."""

    labels: tuple[str, ...] = ()
    bounds: tuple[float, float] | None = None
    n: int
    held: Share | None
    demonstration: int = 0

    @property
    def is_refuted(self) -> bool:
        """Whether clearly fewer of the later half were within it than it says: even the upper end of the interval is below."""
        return self.held is not None and self.held.value is not None and self.held.high < CONFIDENCE


def of_case(sessions: Sessions, case: CaseView) -> PredictionSet | None:
    """What stays possible for an answered case. None where that cannot be said: too few checked cases of its version, no
    probabilities, no chance of being drawn, or nothing is ruled out. Raises StorageError."""
    return of_cases(sessions, [case])[0]


def of_cases(sessions: Sessions, cases: Sequence[CaseView]) -> list[PredictionSet | None]:
    """The same of several cases, in their order; what is kept of a version is read once. Raises StorageError."""
    known: dict[_Version, CalibrationView | None] = {}
    asked = {_version(case) for case in cases if _may_have_one(case)}
    if asked:
        with reading(sessions) as session:
            known = {each: db.health_calibrations.of_version(session, *each) for each in asked}
    return [_of(case, known.get(_version(case))) for case in cases]


def fitting(found: PredictionSet, signature: Signature) -> PredictionSet:
    """Without the numbers that the answer cannot be, as the model declares."""
    output = signature.output("number")
    if output is None or found.bounds is None:
        return found
    low, high = found.bounds
    low = low if output.minimum is None else max(low, output.minimum)
    high = high if output.maximum is None else min(high, output.maximum)
    return replace(found, bounds=(low, high)) if low <= high else found


def _version(case: CaseView) -> _Version:
    return case.server, case.model, case.version


def _may_have_one(case: CaseView) -> bool:
    return case.answer is not None and case.audit_probability > 0


def _of(case: CaseView, kept: CalibrationView | None) -> PredictionSet | None:
    if kept is None or case.answer is None or not _may_have_one(case):
        return None
    threshold = _threshold(kept, case.audit_probability)
    if not math.isfinite(threshold):
        return None
    nothing = PredictionSet(
        n=len(kept.scores), held=_held(kept), demonstration=kept.demonstration or 0
    )
    if kept.kind == NUMBER and case.answer_number is not None:
        bounds = (case.answer_number - threshold, case.answer_number + threshold)
        return replace(nothing, bounds=bounds) if all(map(math.isfinite, bounds)) else None
    labels = _labels(case.answer.get("probabilities"), threshold) if kept.kind == CLASS else ()
    return replace(nothing, labels=labels) if labels else None


def _threshold(kept: CalibrationView, probability: float) -> float:
    """It counts as what it would count for if it were drawn, and judged when asked."""
    weight = 1 / (probability * kept.reply) if kept.reply else math.inf
    return scores_of(kept.scores, kept.weights).threshold(weight)


def _labels(probabilities: object, threshold: float) -> tuple[str, ...]:
    """The classes that are not ruled out; none where nothing is."""
    if not isinstance(probabilities, Mapping) or not probabilities:
        return ()
    if not all(math.isfinite(as_number(each)) for each in probabilities.values()):
        return ()
    labels = label_set(probabilities, threshold)
    is_all = len(labels) == len(probabilities) and (threshold >= 1 or len(labels) >= _MOST_LABELS)
    return () if is_all else labels


def bring_up_to_date(sessions: Sessions, *, clock: Callable[[], datetime] = utc_now) -> int:
    """Keep how far the checked cases were off, of every model whose counts by day changed since; of how many. `sessions` see
    everything. Raises StorageError."""
    now = clock()
    with reading(sessions) as session:
        changed = db.health_calibrations.changed(session)
    for server, model, revision in changed:
        with snapshot(sessions) as session:
            found = list(_calibrations(session, server, model))
        views = [replace(each, revision=revision, computed_at=now) for each in found]
        try:
            with writing(sessions) as session:
                db.health_calibrations.replace_all(session, server, model, views)
        except Conflict:
            continue  # another process has just done the same
    return len(changed)


def _calibrations(session: Session, server: str, model: str) -> Iterable[CalibrationView]:
    """Of the versions that were asked last."""
    selection = Selection(purposes=GENUINE, server=server, model=model)
    versions = db.health_days.versions(session, selection).get((server, model), [])
    for each in sorted(versions, key=lambda v: v.last_at, reverse=True)[:MOST_VERSIONS]:
        of_version = replace(selection, version=each.version)
        judged = db.health_cases.judged_cases(session, of_version, 2 * MOST_CASES)
        known = weight_of_each(groups(db.health_days.by_version(session, of_version)))
        yield _calibration(server, model, each.version, judged, known)


def _calibration(
    server: str,
    model: str,
    version: str,
    judged: list[JudgedCase],
    known: Mapping[WeightKey, float],
) -> CalibrationView:
    """Of the drawn ones, the oldest first. Without a reply to what was asked they stand for nobody."""
    drawn = [case for case in judged if case.is_audited and _alike(case) in known][:MOST_CASES]
    kind = NUMBER if any(case.answer_number is not None for case in drawn) else CLASS
    values, weights, made_up = _scored(drawn, kind, known)
    share = held(values, weights)
    ends = (share.value, share.low, share.high, share.n) if share else (None, None, None, 0)
    return CalibrationView(
        server=server,
        model=model,
        version=version,
        kind=kind,
        scores=values,
        weights=weights,
        reply=_reply(known),
        held=ends[0],
        held_low=ends[1],
        held_high=ends[2],
        held_n=ends[3],
        demonstration=made_up,
    )


def _scored(
    drawn: list[JudgedCase], kind: str, known: Mapping[WeightKey, float]
) -> tuple[list[float], list[float], int]:
    """How far each was off and how many cases it stands for, the oldest first; and how many the demonstration asked."""
    score = _of_number if kind == NUMBER else _of_class
    scored = [(score(case), known[_alike(case)], case.purpose) for case in reversed(drawn)]
    found = [(value, weight, purpose) for value, weight, purpose in scored if value is not None]
    made_up = sum(purpose == DEMO for _, _, purpose in found)
    return [value for value, _, _ in found], [weight for _, weight, _ in found], made_up


def _alike(case: JudgedCase) -> WeightKey:
    return case.version, case.purpose == ROW, case.probability, case.is_volunteered


def _reply(known: Mapping[WeightKey, float]) -> float:
    """With which reply a case stands for the most cases that one of its probability stands for; 0 where none is known."""
    return min((1 / (weight * key[2]) for key, weight in known.items()), default=0.0)


def _of_class(case: JudgedCase) -> float | None:
    """How far the probability of the right class is below 1; 1 where it has none, or nobody says which is right. None where
    the answer has no probabilities."""
    said = case.answer.get("probabilities")
    if not isinstance(said, Mapping) or not said or case.answer_label is None:
        return None
    truth = case.answer_label if case.judgement == "correct" else case.truth_label
    found = as_number(said.get(truth)) if truth is not None else 0.0
    return 1.0 - found if math.isfinite(found) else 1.0


def _of_number(case: JudgedCase) -> float | None:
    """The size of the error; none where the answer was called right, and more than any where nobody says what is right."""
    if case.answer_number is None:
        return None
    if case.truth_number is not None:
        apart = abs(case.truth_number - case.answer_number)
        return math.inf if math.isnan(apart) else apart
    return 0.0 if case.judgement == "correct" else math.inf


def _held(kept: CalibrationView) -> Share | None:
    if kept.held is None or kept.held_low is None or kept.held_high is None:
        return None
    return Share(value=kept.held, low=kept.held_low, high=kept.held_high, n=kept.held_n)
