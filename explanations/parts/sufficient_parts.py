"""Which parts of an input are enough for its answer: variants with parts hidden at random, and which of them
keep the answer.

All variants are asked about before anything is searched for, so that the search itself costs nothing; a rule is
then tested on variants that had no part in finding it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from explanations import formatting
from explanations.budgeted_model import OutOfBudget
from explanations.contract import Attribution, ExplainContext, Explanation, Progress
from explanations.errors import ExplanationCancelled, ExplanationFailed
from mds_client.errors import MdsError
from mds_client.signature import Role, Signature, Values

Masks = npt.NDArray[np.bool_]
Rule = tuple[int, ...]

# Half of the parts are hidden in each variant, as alibi does it.
SHARE_KEPT = 0.5
UNLIKE_A_CHOICE: tuple[Role, ...] = ("number", "text", "segments")
PRECISION = 0.95
# Measured again on fresh variants, a rule of just 95 % comes out below it every second time.
ENOUGH = 0.93
AT_ONCE = 20
FEWEST = 20
# With fewer variants that keep a rule's parts, more are made that do.
FEWEST_FOLLOWING = 30
MOST_CANDIDATES = 14
MOST_IN_RULE = 5


@dataclass(frozen=True, kw_only=True)
class Game:
    """An input in `count` parts. `kept` gives the row with only some of them left."""

    count: int
    kept: Callable[[Sequence[int]], Values]


@dataclass(kw_only=True)
class Perturbations:
    """Variants of an input, which of its parts each keeps, and whether the answer stayed the same."""

    context: ExplainContext
    game: Game
    test: int
    masks: Masks
    same: Masks
    limit: str = ""
    extra: dict[Rule, tuple[Masks, Masks]] = field(default_factory=dict)

    @classmethod
    def collect(cls, context: ExplainContext, game: Game, *, most: int, test: int) -> Perturbations:
        """Ask about variants until there are `most`, or what is left is needed for `test` fresh ones.

        Raises what the model or the budget raises when there are hardly any by then.
        """
        none = np.zeros((0, game.count), dtype=bool)
        perturbations = cls(context=context, game=game, test=test, masks=none, same=none[:, 0])
        drawn = _drawn(np.random.default_rng(context.seed), most, game.count)
        for start in range(0, most, AT_ONCE):
            if context.ask.room < test and start >= FEWEST:
                perturbations.limit = context.ask.nearest_limit
                break
            if not perturbations._take(drawn[start : start + AT_ONCE]):
                break
            fraction = 0.7 * (start + AT_ONCE) / most
            context.report(Progress(fraction=min(fraction, 0.7), words="Hiding parts at random"))
        return perturbations

    @property
    def alone(self) -> float:
        """How often the answer stays, whatever is hidden."""
        return float(self.same.mean())

    def effects(self) -> npt.NDArray[np.float64]:
        """For each part how much more often the answer stays with it than without it."""
        kept = self.masks.sum(axis=0)
        hidden = len(self.masks) - kept
        with_it = (self.masks & self.same[:, None]).sum(axis=0)
        without = self.same.sum() - with_it
        effects: npt.NDArray[np.float64] = with_it / np.maximum(kept, 1) - without / np.maximum(
            hidden, 1
        )
        return effects

    def candidates(self) -> list[int]:
        """The parts worth a place in a rule, in their order."""
        return sorted(np.argsort(-self.effects(), kind="stable")[:MOST_CANDIDATES].tolist())

    def following(self, rule: Rule) -> tuple[Masks, Masks]:
        """The variants that keep all parts of a rule; when there are few, more are asked about."""
        chosen = self.masks[:, list(rule)].all(axis=1)
        masks, same = self.masks[chosen], self.same[chosen]
        if len(masks) < FEWEST_FOLLOWING and rule not in self.extra:
            self.extra[rule] = self._more(rule, FEWEST_FOLLOWING - len(masks))
        if rule in self.extra:
            masks = np.concatenate([masks, self.extra[rule][0]])
            same = np.concatenate([same, self.extra[rule][1]])
        return masks, same

    def tested(self, rule: Rule) -> Tested:
        """How often the answer stays with a rule's parts kept, in fresh variants; in known ones without budget."""
        coverage = float(self.masks[:, list(rule)].all(axis=1).mean())
        fresh = _drawn(np.random.default_rng(self.context.seed + 1), self.test, self.game.count)
        fresh[:, list(rule)] = True
        self.context.report(Progress(fraction=0.9, words="Trying the rule on fresh variants"))
        same: list[bool] = []
        try:
            for start in range(0, len(fresh), AT_ONCE):
                same += self._answers(fresh[start : start + AT_ONCE]).tolist()
        except OutOfBudget as stopped:
            self.limit = stopped.limit
        if len(same) >= min(FEWEST, self.test):
            return Tested(precision=float(np.mean(same)), coverage=coverage, fresh=len(same))
        known = self.following(rule)[1]
        return Tested(
            precision=float(known.mean()) if len(known) else 0.0,
            coverage=coverage,
            fresh=0,
            known=len(known),
        )

    def _more(self, rule: Rule, count: int) -> tuple[Masks, Masks]:
        chance = np.random.default_rng([self.context.seed, *rule])
        masks = _drawn(chance, count, self.game.count)
        masks[:, list(rule)] = True
        if self.context.ask.room < self.test + count:
            return masks[:0], masks[:0, 0]
        try:
            return masks, self._answers(masks)
        except OutOfBudget as stopped:
            self.limit = stopped.limit
            return masks[:0], masks[:0, 0]

    def _take(self, masks: Masks) -> bool:
        """Ask about these variants too; returns whether it is worth going on."""
        try:
            same = self._answers(masks)
        except ExplanationCancelled:
            raise
        except (OutOfBudget, MdsError) as stopped:
            if len(self.masks) < FEWEST:
                raise
            self.limit = getattr(stopped, "limit", "") or "the model stopped answering"
            return False
        self.masks = np.concatenate([self.masks, masks])
        self.same = np.concatenate([self.same, same])
        return True

    def _answers(self, masks: Masks) -> Masks:
        rows = [self.game.kept(np.flatnonzero(mask).tolist()) for mask in masks]
        return np.asarray(self.context.ask.agrees(rows), dtype=bool)


@dataclass(frozen=True, kw_only=True)
class Tested:
    """How often the answer stays with a rule's parts kept, how many variants keep them all by chance, and on
    how many `fresh` variants that was tried: 0 where it is only `known` of those that the rule was found in.
    """

    precision: float
    coverage: float
    fresh: int
    known: int = 0

    @property
    def is_enough(self) -> bool:
        """Whether it was tried on so many variants that its precision says something."""
        return max(self.fresh, self.known) >= FEWEST


class Sampler:
    """What alibi's search draws from: variants that are known already. Its features are the candidates."""

    def __init__(self, perturbations: Perturbations) -> None:
        self.candidates = perturbations.candidates()
        self._perturbations = perturbations

    def drawn(self, rule: Sequence[int], count: int) -> tuple[Masks, Masks]:
        """So many variants that keep these candidates: which candidates each keeps, and who keeps the answer."""
        own = tuple(sorted(self.candidates[place] for place in rule))
        masks, same = self._perturbations.following(own)
        if not len(masks):
            # Nobody knows: as good as any variant, so that the search does not choose it.
            masks, same = self._perturbations.masks, self._perturbations.same
        chosen = np.random.choice(len(masks), count)
        return masks[chosen][:, self.candidates], same[chosen]

    def rule(self, features: Sequence[int]) -> Rule:
        """The parts that alibi's features stand for."""
        return tuple(sorted(self.candidates[place] for place in features))


@dataclass(frozen=True, kw_only=True)
class Enough:
    """A rule that was found and tried, in words: its `parts`, the `conditions` one by one and all together as
    `condition`, what the `variants` are, `how` they were made, and what those that follow the rule do (`them`).
    """

    prediction: float
    perturbations: Perturbations
    tested: Tested
    parts: Sequence[Attribution]
    conditions: Sequence[str]
    condition: str
    variants: str
    how: str
    them: str

    def to_explanation(self, alt: str, *, raster: tuple[tuple[int, ...], ...] = ()) -> Explanation:
        """The rule as an explanation; `alt` comes before its sentence in the text for those who cannot see it."""
        perturbations, tested, context = self.perturbations, self.tested, self.perturbations.context
        words = sentence(
            context.target.answer, self.condition, self.variants, tested, perturbations.alone
        )
        return Explanation(
            method=context.method.NAME,
            title=context.method.TITLE,
            kind=context.method.KIND,
            target=context.target,
            prediction=self.prediction,
            base=perturbations.alone,
            attributions=tuple(self.parts),
            raster=raster,
            conditions=tuple(self.conditions),
            precision=tested.precision if tested.is_enough else None,
            coverage=tested.coverage,
            sentence=words,
            alt=f"{alt} {words}",
            note=note(self.how, self.them, perturbations, tested),
            is_complete=not perturbations.limit and tested.is_enough and tested.precision >= ENOUGH,
        )


def suits(signature: Signature) -> bool:
    """Whether the model seems to choose between answers: numbers, texts and stretches hardly ever stay the same."""
    return not any(signature.output(role) for role in UNLIKE_A_CHOICE)


def check(context: ExplainContext) -> None:
    """Raises ExplanationFailed for answers that hardly ever stay the same: numbers, texts and stretches."""
    if context.target.kind in ("number", "seconds", "words"):
        raise ExplanationFailed(
            "What is enough for an answer can be found only where the model chooses between answers.",
            advice="The other ways to find out work for this model.",
        )


def sentence(answer: str, condition: str, variants: str, tested: Tested, alone: float) -> str:
    """The rule in words, with its precision and what it adds."""
    share, before = formatting.percent(tested.precision), formatting.percent(alone)
    says = f"the model says {answer} for {share} of {variants}"
    if not condition:
        return f"No part is needed by itself: {says}, whatever is hidden in them."
    if not tested.is_enough:
        return (
            f"A rule may be that {condition}, but it was tried on {tested.known} variants only: too few to know "
            f"whether that is enough for the answer {answer}."
        )
    rule_sentence = f"as long as {condition}, {says}; without that condition for {before}."
    if tested.precision >= ENOUGH:
        return f"{rule_sentence[0].upper()}{rule_sentence[1:]}"
    return f"No few parts are enough for this answer. The best: {rule_sentence}"


def note(how: str, them: str, perturbations: Perturbations, tested: Tested) -> str:
    """What was done, how well the rule was tried, and what ended it early."""
    parts = [
        how,
        f"{formatting.percent(tested.coverage)} of them {them}." if tested.coverage < 1 else "",
        f"Tried on {tested.fresh} fresh ones."
        if tested.fresh
        else "There was no time to try it on fresh ones: it may look better than it is.",
        f"It looked at fewer than usual: it ended after {perturbations.limit}."
        if perturbations.limit
        else "",
    ]
    return " ".join(part for part in parts if part)


def _drawn(chance: np.random.Generator, count: int, parts: int) -> Masks:
    return chance.random((count, parts)) < SHARE_KEPT
