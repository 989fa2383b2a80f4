"""How a model's number changes along one field: the grid of values, and the answers when rows are set to them.

Partial dependence is Friedman 2001, "Greedy Function Approximation"; the curves of single rows, moved to one
height so that only their shapes differ, are Goldstein et al. 2015, "Peeking Inside the Black Box".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from explanations.behaviour import summary
from explanations.behaviour.sample import (
    FEWEST,
    MOST_FIELDS,
    Sample,
    affordable,
    in_order,
    unanswered,
)
from explanations.budgeted_model import ROW_ERRORS, ROWS_A_CALL, Fact, OutOfBudget
from explanations.contract import Budget, Curve, ExplainContext, Explanation, Progress
from explanations.encoder import is_missing
from explanations.errors import ExplanationCancelled, ExplanationFailed
from explanations.shapley.game import Matrix, Vector, quantile
from mds_client.errors import MdsError, NotAllowed, NotReady
from mds_client.signature import NUMERIC_KINDS, Field, Signature

ROWS = 20_000
CALLS = 2_000
SECONDS = 60.0
PLACES = 20
MOST_PLACES = 100
MOST_CHOICES = 12
# The outermost rows are left out of the range: a curve between few extreme rows is mostly guesswork.
TAIL = 0.025
NINE_OF_TEN = (0.05, 0.95)

Place = tuple[object, float | str]
Draw = Callable[[ExplainContext, Sample, Field, "Gathering"], Curve | None]


@dataclass(kw_only=True)
class Gathering:
    """The curves found so far, what is to be said of them, and what ended it."""

    curves: list[Curve] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    lost: int = 0
    ended: str = ""


def cost(signature: Signature) -> Budget:
    """What curves may cost unless somebody says otherwise."""
    rows = max(ROWS, 2 * FEWEST * (1 + PLACES * min(len(signature.inputs), MOST_FIELDS)))
    return Budget(rows=rows, calls=CALLS, seconds=SECONDS)


def planned(
    signature: Signature, available: int, options: Mapping[str, object], *, steps: int | None = None
) -> Budget:
    """What curves will cost for a cohort of `available` rows, at most; `steps` are the rows asked about for each
    row and number, as many as there are places unless said otherwise."""
    most, wanted, places = cost(signature), options.get("fields"), options.get("places")
    named = [f for f in signature.inputs if isinstance(wanted, Sequence) and f.name in wanted]
    fields = named or in_order(signature)[:MOST_FIELDS]
    number = steps or (places if isinstance(places, int) else PLACES)
    grids = [number if f.kind in NUMERIC_KINDS else _choices(f) for f in fields]
    rows = affordable(available, most.rows or ROWS, sum(grids))
    # Local effects ask about each edge by itself.
    requests = [
        -(-rows // ROWS_A_CALL) * 2 if steps else -(-rows * g // ROWS_A_CALL) for g in grids
    ]
    calls = 3 + rows // ROWS_A_CALL + sum(requests)
    return replace(most, rows=rows * (sum(grids) + 1), calls=calls)


def rows_each(
    context: ExplainContext, fields: Sequence[Field], places: int, *, steps: int | None = None
) -> int:
    """How many rows will be asked about for each row of the cohort."""
    count = 0
    for one in fields:
        grid = len(places_of(one, [row.get(one.name) for row in context.cohort], places))
        count += steps if steps and one.kind in NUMERIC_KINDS else grid
    return count


def gathered(
    context: ExplainContext, sample: Sample, fields: Sequence[Field], draw: Draw
) -> Gathering:
    """A curve for each field, as far as the budget reaches and the model answers. Raises the error that stops
    the first one."""
    work = Gathering()
    for place, one in enumerate(fields):
        if one.sensitive:
            work.remarks.append(f"{one.title} is sensitive: its values are not shown.")
            continue
        try:
            curve = draw(context, sample, one, work)
        except (OutOfBudget, MdsError) as stopped:
            if not _goes_on(work, one, stopped):
                work.unreached = [each.title for each in fields[place:]]
                return work
            continue
        if curve:
            work.curves.append(curve)
        context.report(_progress(context, sample, work, (place + 1) / len(fields)))
    if not work.curves:
        raise ExplanationFailed("No curve could be drawn.", advice=" ".join(work.remarks))
    return work


def to_explanation(
    context: ExplainContext, sample: Sample, work: Gathering, note: str
) -> Explanation:
    """The curves as an explanation, the one with the largest span first; its method and title are those of the
    context."""
    curves = tuple(sorted(work.curves, key=lambda curve: -summary.span(curve)))
    sentence = summary.curves(context.target, curves)
    left_out = unanswered(sample.unanswered + work.lost)
    unreached = f"Not reached: {', '.join(work.unreached)}." if work.unreached else ""
    parts = [f"Over {sample.words}.", note, left_out, *work.remarks, unreached, work.ended]
    return Explanation(
        method=context.method.NAME,
        title=context.method.TITLE,
        kind="curves",
        target=context.target,
        base=float(sample.scores.mean()),
        curves=curves,
        sentence=sentence,
        alt=f"Curves of the {context.target.words} along {len(curves)} fields. {sentence}",
        note=" ".join(filter(None, parts)),
        is_complete=not work.ended,
    )


def partial_dependence(
    context: ExplainContext, sample: Sample, one: Field, work: Gathering, places: int
) -> Curve | None:
    """The mean answer with every row put at each place in turn; None where there is only one place."""
    grid = places_of(one, [row.get(one.name) for row in sample.rows], places)
    if len(grid) < 2:
        work.remarks.append(f"{one.title} is the same in all rows.")
        return None
    changed_rows = [{**row, one.name: value} for row in sample.rows for value, _ in grid]
    answers = _matrix(context.ask.each(changed_rows), len(grid))
    is_answered = np.isfinite(answers).all(axis=1)
    work.lost = max(work.lost, int((~is_answered).sum()))
    if is_answered.sum() < FEWEST:
        work.remarks.append(
            f"{one.title}: the model answered too few rows with every value that was tried."
        )
        return None
    curve = _curve(answers[is_answered], bounded=context.target.is_share)
    bands = curve if context.target.kind != "agreement" else replace(curve, least=(), most=())
    return replace(
        bands,
        field=one.name,
        title=one.title,
        unit=one.unit,
        places=tuple(shown for _, shown in grid),
        shares=_shares(one, grid, [row.get(one.name) for row in sample.rows]),
    )


def places_of(one: Field, values: Sequence[object], most: int) -> list[Place]:
    """Where rows are put: the value that is sent, and how it stands on the axis.

    Numbers: all that occur when they are few, else evenly from the 2.5th to the 97.5th percentile. Choices:
    the most frequent ones, in the order of the signature; unknown where some row has it so.
    """
    if one.kind in NUMERIC_KINDS:
        return _numbers(one, values, most)
    known = Counter(value for value in values if not is_missing(value))
    often = [value for value, _ in known.most_common(MOST_CHOICES)]
    choices: list[Place] = [(value, _word(one, value)) for value in sorted(often, key=_order(one))]
    return [*choices, (None, "unknown")] if any(map(is_missing, values)) else choices


def numbers_of(values: Sequence[object]) -> Vector:
    """The known numbers among values."""
    known = [v for v in values if isinstance(v, int | float) and not is_missing(v)]
    return np.array(known, dtype=np.float64)


def as_value(one: Field, number: float) -> object:
    """A number as the field takes it."""
    return round(number) if one.kind == "integer" else float(number)


def together(context: ExplainContext, sample: Sample, fields: Sequence[Field]) -> str:
    """A sentence that two fields are correlated (Spearman's rank correlation of 0.7 or more); empty where none
    are."""
    numeric = [f for f in context.signature.inputs if f.kind in NUMERIC_KINDS]
    ranks = {f.name: _ranks([row.get(f.name) for row in sample.rows]) for f in numeric}
    for one in fields:
        for other in numeric:
            if one.name in ranks and one is not other:
                correlation = float(np.corrcoef(ranks[one.name], ranks[other.name])[0, 1])
                if abs(correlation) >= 0.7:
                    return f"{one.title} and {other.title} are correlated (rank correlation {correlation:.2f})."
    return ""


def _goes_on(work: Gathering, one: Field, stopped: Exception) -> bool:
    """Whether other fields may still be tried after an error. Raises it again where no curve is known yet."""
    if isinstance(stopped, ExplanationCancelled):
        raise stopped
    if isinstance(stopped, ROW_ERRORS) and not isinstance(stopped, NotAllowed | NotReady):
        work.remarks.append(f"{one.title} could not be changed: {stopped}")
        return True
    if not work.curves:
        raise stopped
    is_limit = isinstance(stopped, OutOfBudget)
    work.ended = (
        f"It ended after {stopped}." if is_limit else f"The model stopped answering: {stopped}"
    )
    return False


def _progress(context: ExplainContext, sample: Sample, work: Gathering, done: float) -> Progress:
    ask, words = context.ask, "Putting rows at other places"
    if not work.curves:
        return Progress(fraction=0.1 + 0.9 * done, words=words)
    rough = to_explanation(context, sample, replace(work, ended="So far."), "")
    rough = replace(rough, rows=ask.rows, calls=ask.calls, seconds=ask.seconds)
    return Progress(fraction=0.1 + 0.9 * done, words=words, rough=rough)


def _choices(one: Field) -> int:
    return 2 if one.kind == "boolean" else min(len(one.choices) or MOST_CHOICES, MOST_CHOICES) + 1


def _matrix(facts: Sequence[Fact | None], places: int) -> Matrix:
    scores = [np.nan if fact is None else fact.score for fact in facts]
    return np.array(scores, dtype=np.float64).reshape(-1, places)


def _curve(answers: Matrix, *, bounded: bool) -> Curve:
    """Mean, 95 % t-interval of the mean, and where nine of ten rows go, from (rows, places)."""
    rows = len(answers)
    means = answers.mean(axis=0)
    half = quantile(rows - 1) * answers.std(axis=0, ddof=1) / rows**0.5
    shapes = answers - answers.mean(axis=1, keepdims=True)
    least, most = means.mean() + np.quantile(shapes, NINE_OF_TEN, axis=0)

    def kept(ends: Vector) -> tuple[float, ...]:
        return tuple((np.clip(ends, 0.0, 1.0) if bounded else ends).tolist())

    return Curve(
        field="",
        title="",
        numbers=tuple(means.tolist()),
        low=kept(means - half),
        high=kept(means + half),
        least=kept(least),
        most=kept(most),
    )


def _numbers(one: Field, values: Sequence[object], most: int) -> list[Place]:
    known = np.unique(numbers_of(values))
    if len(known) <= most:
        return [(as_value(one, each), float(each)) for each in known.tolist()]
    low, high = np.quantile(numbers_of(values), (TAIL, 1 - TAIL))
    even = np.linspace(low, high, most) if high > low else np.unique([known[0], high, known[-1]])
    step = 10.0 ** np.floor(np.log10((even[-1] - even[0]) / 1000))
    round_ones = np.unique(np.clip(np.round(even / step) * step, known[0], known[-1]))
    sent = dict.fromkeys(as_value(one, each) for each in round_ones.tolist())
    return [(each, float(each)) for each in sent]  # type: ignore[arg-type]


def _shares(one: Field, grid: Sequence[Place], values: Sequence[object]) -> tuple[float, ...]:
    """The share of rows that are nearest to each place."""
    if one.kind in NUMERIC_KINDS:
        places = np.array([shown for _, shown in grid], dtype=np.float64)
        edges = (places[1:] + places[:-1]) / 2
        nearest = np.searchsorted(edges, numbers_of(values))
        counts = np.bincount(nearest, minlength=len(grid))
        return tuple((counts / len(values)).tolist())
    keys = [None if is_missing(value) else value for value in values]
    return tuple(keys.count(sent) / len(values) for sent, _ in grid)


def _word(one: Field, value: object) -> str:
    labels = dict(zip(one.choices, one.choice_labels, strict=False))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return labels.get(value) or str(value)


def _order(one: Field) -> Callable[[object], tuple[int, str]]:
    places = {choice: place for place, choice in enumerate(one.choices)}
    return lambda value: (places.get(value, len(places)), str(value))


def _ranks(values: Sequence[object]) -> Vector:
    """Ranks with ties in the mean; unknown values stand in the middle."""
    known = numbers_of(values)
    middle = float(np.median(known)) if len(known) else 0.0
    filled = [v if isinstance(v, int | float) and not is_missing(v) else middle for v in values]
    sorted_ones, inverse = np.unique(np.array(filled, dtype=np.float64), return_inverse=True)
    counts = np.bincount(inverse, minlength=len(sorted_ones))
    ends = np.cumsum(counts)
    jitter = np.arange(len(filled)) * 1e-12  # a constant field has no correlation, not an error
    return np.asarray((ends - counts / 2)[inverse] + jitter)
