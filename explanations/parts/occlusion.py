"""Occlusion: one part of an input is hidden at a time; how far the number falls is the amount of the part.

From coarse to fine: a few large parts first, which is a rough answer; then those that matter most are divided,
as far as the budget reaches. Where no part of a part matters by itself, the part stays whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from explanations import formatting, narration
from explanations.budgeted_model import Fact, OutOfBudget
from explanations.contract import Attribution, ExplainContext, Explanation, Progress
from explanations.errors import ExplanationCancelled, ExplanationFailed
from mds_client.errors import MdsError
from mds_client.signature import Field, Kind, Signature, Values

FIRST_AT_ONCE, MOST_AT_ONCE = 4, 64
# So long a request may take between two signs of progress.
SECONDS_A_STEP = 1.5
# Parts that move the number by less than this share of what the strongest does are not taken apart …
WORTH_A_LOOK = 0.1
# … and a part whose own parts all move it by less than this share of what it does stays whole.
CARRIED_BY_PARTS = 0.2
SAME = 1e-6
TRIES = 5
FLIPS_NAMED = 3

Raster = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of an input: what it is called, where it is, the input without it, and its own parts.

    `group` has the numbers of the smallest parts that it is made of, where those are numbered.
    """

    title: str
    span: tuple[float, float]
    without: Callable[[], object]
    finer: Callable[[], Sequence[Part]] = tuple
    group: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """What is known of one part: how far the number falls without it, and what the model then says.

    The amount is None where the model errs without it.
    """

    part: Part
    amount: float | None
    headline: str = ""
    is_whole: bool = False


@dataclass(frozen=True, kw_only=True)
class Hiding:
    """What is hidden from a model: parts of the `whole` in a field; `nothing` has all of it hidden.

    `how` says in a sentence what stands in place of a hidden part. At most so many parts are tried. `named`
    gives each leaf its name, the strongest having come first; `raster` says where over a picture each lies.
    """

    field: Field
    whole: object
    parts: Sequence[Part]
    most: int
    how: str
    nothing: object | None = None
    named: Callable[[Sequence[Leaf]], Sequence[str]] = lambda leaves: [x.part.title for x in leaves]
    raster: Callable[[Sequence[Leaf]], Raster] = lambda _: ()


def has_one(signature: Signature, kind: Kind) -> bool:
    """Whether exactly one input is of this kind: it is clear what to hide parts of."""
    return [field.kind for field in signature.inputs].count(kind) == 1


def the_field(signature: Signature, kind: Kind) -> Field:
    """The only input of this kind."""
    [only] = (field for field in signature.inputs if field.kind == kind)
    return only


def occlude(context: ExplainContext, hiding: Hiding) -> Explanation:
    """What each part is worth. Raises ExplanationFailed when the model answers to no changed input."""
    return _Search(context, hiding).explained()


class _Search:
    """The state of a search, from the first large parts to the small ones that matter."""

    def __init__(self, context: ExplainContext, hiding: Hiding) -> None:
        self._context = context
        self._hiding = hiding
        self._leaves: list[Leaf] = []
        self._tried = 0
        self._erred = 0
        self._limit = ""
        self._pace = 0.0
        self._prediction, self._spread = self._score_of_whole()
        self._base: float | None = None

    def explained(self) -> Explanation:
        """Look until nothing is worth taking apart or the budget ends it."""
        try:
            self._search()
        except OutOfBudget as stopped:
            self._ended(stopped, f"It ended after {stopped.limit}")
        except ExplanationCancelled:
            raise
        except MdsError as error:
            self._ended(error, f"The model stopped answering: {error.sentence.rstrip('.')}")
        if not self._known:
            raise ExplanationFailed(
                "The model answered none of the changed inputs, so nothing was learned.",
                advice="It may take only inputs of one kind; its answer is not affected.",
            )
        return self._explanation()

    def _search(self) -> None:
        self._ask(self._hiding.parts, self._leaves)
        if self._hiding.nothing is not None:
            [fact] = self._context.ask.each([self._case_with(self._hiding.nothing)])
            self._base = fact.score if fact else None
        while (strongest := self._worth_a_look()) is not None:
            self._take_apart(strongest)

    def _ended(self, error: Exception, words: str) -> None:
        if not self._known:
            raise error
        self._limit = words

    def _worth_a_look(self) -> int | None:
        """The place of the strongest part that can be taken apart; None when there is none."""
        sizes = [abs(leaf.amount or 0.0) for leaf in self._leaves]
        least = max(WORTH_A_LOOK * max(sizes, default=0.0), SAME, 2 * self._spread)
        places = [
            place
            for place, leaf in enumerate(self._leaves)
            if sizes[place] >= least and not leaf.is_whole
        ]
        return max(places, key=lambda place: sizes[place], default=None)

    def _take_apart(self, place: int) -> None:
        leaf = self._leaves[place]
        finer = leaf.part.finer()
        if len(finer) < 2 or self._tried + len(finer) > self._hiding.most:
            self._leaves[place] = replace(leaf, is_whole=True)
            return
        children: list[Leaf] = []
        self._ask(finer, children)
        strongest = max(abs(each.amount or 0.0) for each in children)
        if strongest < CARRIED_BY_PARTS * abs(leaf.amount or 0.0):
            self._leaves[place] = replace(leaf, is_whole=True)
        else:
            self._leaves[place : place + 1] = children
        self._report()

    def _ask(self, parts: Sequence[Part], leaves: list[Leaf]) -> None:
        """The number without each part, into `leaves`, some at a time."""
        start = 0
        while start < len(parts):
            batch = parts[start : start + self._at_once()]
            before = self._context.ask.seconds
            facts = self._context.ask.each([self._case_with(part.without()) for part in batch])
            self._pace = (self._context.ask.seconds - before) / len(batch)
            leaves += [self._leaf(part, fact) for part, fact in zip(batch, facts, strict=True)]
            self._tried += len(batch)
            self._erred += facts.count(None)
            start += len(batch)
            self._report()

    def _at_once(self) -> int:
        by_pace = SECONDS_A_STEP / max(self._pace, 1e-6)
        most = MOST_AT_ONCE if self._tried else FIRST_AT_ONCE
        return int(max(1, min(by_pace, most, self._context.ask.rows_left)))

    def _leaf(self, part: Part, fact: Fact | None) -> Leaf:
        if fact is None:
            return Leaf(part=part, amount=None, is_whole=True)
        return Leaf(part=part, amount=self._prediction - fact.score, headline=fact.headline)

    def _case_with(self, value: object) -> Values:
        return {**self._context.values, self._hiding.field.name: value}

    def _score_of_whole(self) -> tuple[float, float]:
        """The number for the whole input, and its standard deviation where the model does not repeat itself."""
        again, row = self._context.ask.again, self._case_with(self._hiding.whole)
        before = self._context.ask.seconds
        scores = again(row, 2)
        self._pace = (self._context.ask.seconds - before) / 2
        if np.ptp(scores) > SAME * max(1.0, abs(scores[0])):
            scores = np.concatenate([scores, again(row, TRIES - 2)])
            return float(scores.mean()), float(scores.std(ddof=1))
        return float(scores[0]), 0.0

    @property
    def _known(self) -> list[Leaf]:
        return [leaf for leaf in self._leaves if leaf.amount is not None]

    def _report(self) -> None:
        if self._known:
            fraction, rough = min(self._tried / self._hiding.most, 1.0), self._explanation()
            progress = Progress(fraction=fraction, words="Hiding part after part", rough=rough)
            self._context.report(progress)

    def _explanation(self) -> Explanation:
        known, context, target = self._known, self._context, self._context.target
        titles, half = self._hiding.named(known), self._half
        attributions = tuple(
            _attribution(self._hiding.field, leaf, title, half)
            for leaf, title in zip(known, titles, strict=True)
        )
        sentence = f"{narration.answered(target, self._prediction)} {self._reasons(attributions)}"
        return Explanation(
            method=context.method.NAME,
            title=context.method.TITLE,
            kind=context.method.KIND,
            target=target,
            prediction=self._prediction,
            base=self._base,
            attributions=attributions,
            raster=self._hiding.raster(known),
            sentence=sentence,
            alt=f"How far the {target.words} falls without each of {len(known)} parts. {sentence}",
            note=self._note(),
            is_complete=not self._limit,
        )

    @property
    def _half(self) -> float:
        """Half the width of the range in which an amount lies with 95 % certainty, for a model that varies."""
        return 1.96 * self._spread * math.sqrt(1 + 1 / TRIES)

    def _reasons(self, attributions: Sequence[Attribution]) -> str:
        if self._context.target.kind == "agreement":
            return _turns(self._known, attributions)
        return narration.reasons(self._context.target, attributions)

    def _note(self) -> str:
        return " ".join(part for part in (self._hiding.how, *self._remarks()) if part)

    def _remarks(self) -> Sequence[str]:
        erred = "1 changed input" if self._erred == 1 else f"{self._erred} changed inputs"
        return (
            f"The model did not answer {erred}; nothing is known of those parts."
            if self._erred
            else "",
            "Asked the same again, the model answers differently: amounts that may be chance are grey."
            if self._spread
            else "",
            "An amount is the share of the answer's words that go when the part is hidden."
            if self._context.target.kind == "words"
            else "",
            f"{self._limit}, with {len(self._leaves)} parts looked at." if self._limit else "",
        )


def _attribution(field: Field, leaf: Leaf, title: str, half: float) -> Attribution:
    amount = leaf.amount or 0.0
    return Attribution(
        field=field.name,
        title=title,
        value_text="",
        amount=amount,
        span=leaf.part.span,
        low=amount - half if half else None,
        high=amount + half if half else None,
    )


def _turns(leaves: Sequence[Leaf], attributions: Sequence[Attribution]) -> str:
    """A sentence for answers without a number: without which parts the model says something else."""
    turns = [
        f"without {formatting.inside(each.title)} it says {formatting.shortened(leaf.headline) or 'nothing'}"
        for leaf, each in zip(leaves, attributions, strict=True)
        if each.amount > 0.5
    ]
    if not turns:
        return "No single part changes that: it stays whichever of them is hidden."
    named = formatting.listed(turns[:FLIPS_NAMED])
    rest = len(turns) - FLIPS_NAMED
    more = f"; {rest} more parts change it too" if rest > 0 else ""
    return f"{named[0].upper()}{named[1:]}{more}."
