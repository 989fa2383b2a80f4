"""A cohort in front of a method: as many of its rows as the budget allows, asked about once as they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explanations.budgeted_model import Fact
from explanations.contract import ExplainContext, Progress, Truth
from explanations.errors import ExplanationFailed, ExplanationTooDear
from explanations.shapley.game import Vector
from mds_client.signature import Field, Signature, Values

FEWEST = 10
# So many rows are asked about first, and so many more if that was quick, to see how fast the model is.
PILOTS = (FEWEST, 50)
MOST_FIELDS = 6


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Rows of a cohort with what the model answers to them, and the truths that are known.

    `given` is how many rows there were to draw from, `unanswered` how many of those asked the model erred on.
    """

    rows: Sequence[Values]
    facts: Sequence[Fact]
    truths: Sequence[Truth]
    given: int
    unanswered: int

    @property
    def scores(self) -> Vector:
        """The number for each row."""
        return np.array([fact.score for fact in self.facts], dtype=np.float64)

    @property
    def words(self) -> str:
        """How many rows of how many: "310 rows", "310 of 2,000 rows, drawn by chance"."""
        total = len(self.rows) + self.unanswered
        if total < self.given:
            return f"{len(self.rows):,} of {self.given:,} rows, drawn by chance"
        return f"{len(self.rows):,} rows"

    @property
    def note(self) -> str:
        """What to say of the rows that the model erred on; empty when there are none."""
        return unanswered(self.unanswered)


def unanswered(count: int) -> str:
    """A sentence that so many rows were left out; empty for none."""
    if not count:
        return ""
    rows = "1 row was" if count == 1 else f"{count:,} rows were"
    return f"{rows} left out: the model gave no answer there."


def draw_sample(
    context: ExplainContext,
    rows: Sequence[Values],
    truths: Sequence[Truth],
    rows_each: int,
    piece: int,
) -> Sample:
    """The rows that a method can afford when it asks `rows_each` rows about each of them; drawn with the seed.

    A slow model may not answer all of that in time: then the sample is cut to as many as can be asked `piece`
    rows about each, the least that gives a result. Raises ExplanationFailed when there are too few rows,
    ExplanationTooDear when the budget leaves too few.
    """
    if len(rows) < FEWEST:
        raise ExplanationFailed(
            f"A study needs at least {FEWEST} rows, and there are {len(rows)}.",
            advice="Take more cases, or a file with more rows.",
        )
    chosen = _chosen_rows(context, rows, rows_each, piece)
    facts = context.ask.each([rows[place] for place in chosen])
    answered = [(p, f) for p, f in zip(chosen, facts, strict=True) if f and math.isfinite(f.score)]
    if len(answered) < FEWEST:
        raise ExplanationFailed(
            f"The model answered {len(answered)} of {len(chosen)} rows: too few to tell how it behaves.",
            advice="Take rows that suit the model as it is now.",
        )
    return Sample(
        rows=[rows[place] for place, _ in answered],
        facts=[fact for _, fact in answered],
        truths=[truths[place] if truths else None for place, _ in answered],
        given=len(rows),
        unanswered=len(chosen) - len(answered),
    )


def _chosen_rows(
    context: ExplainContext, rows: Sequence[Values], rows_each: int, piece: int
) -> list[int]:
    """The positions of the rows to study, drawn with the seed, after pilots that measure the model's pace."""
    order = np.random.default_rng(context.seed).permutation(len(rows))
    context.report(Progress(fraction=0.02, words="Asking about the rows as they are"))
    for pilot in PILOTS:
        if not context.ask.calls or _in_time(context) >= 10 * pilot:
            context.ask.each([rows[place] for place in order[:pilot]])
    return sorted(order[: _affordable(context, len(rows), rows_each, piece)].tolist())


def affordable(available: int, most: float, rows_each: int) -> int:
    """How many rows of a cohort fit into a budget of rows, when each costs `rows_each` and one for itself."""
    return int(min(available, most // (rows_each + 1)))


def chosen_fields(context: ExplainContext, most: int = MOST_FIELDS) -> list[Field]:
    """The fields of the option `fields`, else the first ones as a form shows them."""
    wanted = context.options.get("fields")
    if not isinstance(wanted, Sequence) or not wanted:
        return in_order(context.signature)[:most]
    return [field for field in context.signature.inputs if field.name in wanted]


def in_order(signature: Signature) -> list[Field]:
    """The fields as a form shows them: the most telling first, where somebody said which."""
    return sorted(signature.inputs, key=lambda f: math.inf if f.order is None else f.order)


def option(context: ExplainContext, name: str, usual: int, least: int, most: int) -> int:
    """A whole number that the person chose, within its bounds."""
    chosen = context.options.get(name)
    return min(max(chosen, least), most) if isinstance(chosen, int) else usual


def _affordable(context: ExplainContext, available: int, rows_each: int, piece: int) -> int:
    # What was asked to see the pace is part of the rows; it is not paid for twice.
    room = context.ask.room_given_time + context.ask.rows
    count = affordable(available, room, rows_each)
    if count < FEWEST:
        raise ExplanationTooDear(
            f"Its limit of {context.budget} leaves room for {count} rows of the cohort only.",
            advice="Choose fewer fields, places or repetitions.",
        )
    # Time is a guess: a first request may be slow. It never takes away what makes a study worth while.
    return int(min(count, max(_in_time(context) // piece, FEWEST)))


def _in_time(context: ExplainContext) -> float:
    """How many more rows are answered in time, at the best pace so far."""
    seconds = context.budget.seconds
    return math.inf if seconds is None else context.ask.rows_within(seconds - context.ask.seconds)
