"""A fair share for each word over all combinations with the others: shap's partition explainer (Owen values).

Words are the players; a tree of phrases, sentences and groups of sentences says which belong together. The
explainer refines where the number moves most. It cannot be stopped, so it is run with twice the budget each
time: what was asked before costs nothing again, and the last finished run is the result.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from explanations import narration
from explanations.budgeted_model import OutOfBudget
from explanations.contract import (
    Attribution,
    Budget,
    ExplainContext,
    Explanation,
    Kind,
    Progress,
    Scope,
)
from explanations.errors import ExplanationCancelled, ExplanationFailed
from explanations.libraries import isolated_rng
from explanations.parts.occlusion import has_one, the_field
from explanations.parts.words import Stretch, Words
from mds_client.errors import MdsError
from mds_client.signature import Field, Signature

NAME = "partition_text"
TITLE = "What each word adds"
KIND: Kind = "spans"
SCOPE: Scope = "case"
IS_SECOND = True
ROWS = 800
AT_ONCE = 20
# Each group is tried with and without what is around it, which doubles the work with each level of the tree;
# in a text of more words than this only with all around it, and what words do together is shared equally.
BOTH_WAYS = 48
# A text with more words than this is too long for shares; “Which words matter” takes any.
MOST_WORDS = 5000

Masks = npt.NDArray[np.bool_]


def describe() -> str:
    return "Shares that add up to the answer: words are left out alone and together with others."


def suits(signature: Signature) -> bool:
    return has_one(signature, "text")


def cost(signature: Signature) -> Budget:
    return Budget(rows=ROWS, calls=ROWS // 4, seconds=45)


def warm() -> None:
    """Load the library and let it compile, so that nobody waits for it."""
    words = Words("one two three")
    _Shares(words=words, score=lambda texts: np.array([float(len(text)) for text in texts])).run(9)


def explain(context: ExplainContext) -> Explanation:
    place = the_field(context.signature, "text")
    words = Words(str(context.values[place.name] or ""))
    if len(words) < 2:
        raise ExplanationFailed(
            "There must be at least two words to share an answer between them.",
            advice="“Which words matter” works for this text.",
        )
    if len(words) > MOST_WORDS:
        raise ExplanationFailed(
            f"With {len(words):,} words the text is too long to share an answer between them.",
            advice="“Which words matter” takes texts of any length.",
        )
    return _Run(context, place, words).explained()


class _Run:
    """Runs with growing budgets; the result is that of the last finished one."""

    def __init__(self, context: ExplainContext, place: Field, words: Words) -> None:
        self._context = context
        self._place = place
        self._words = words
        self._shares = _Shares(words=words, score=self._scores, seed=context.seed)

    def explained(self) -> Explanation:
        result, limit = None, ""
        for evaluations in _doubled(self._context.budget.rows or ROWS):
            try:
                result = self._shares.run(evaluations)
            except (OutOfBudget, MdsError) as stopped:
                if result is None or isinstance(stopped, ExplanationCancelled):
                    raise
                limit = _reason(stopped)
                break
            if result.is_exact:
                break
            self._report(result)
        assert result is not None  # noqa: S101 - the first run finished, else it has raised
        return self._explanation(result, limit)

    def _scores(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        ask, values = self._context.ask, self._context.values
        return ask([{**values, self._place.name: text} for text in texts])

    def _report(self, result: _Result) -> None:
        rows = self._context.budget.rows or ROWS
        fraction, rough = min(self._context.ask.rows / rows, 1.0), self._explanation(result, "")
        self._context.report(
            Progress(fraction=fraction, words="Leaving out groups of words", rough=rough)
        )

    def _explanation(self, result: _Result, limit: str) -> Explanation:
        target, prediction = self._context.target, result.prediction
        attributions = tuple(
            Attribution(
                field=self._place.name,
                title=self._words.text_of(stretch),
                value_text="",
                amount=amount,
                span=self._words.span(stretch),
            )
            for stretch, amount in result.shares
        )
        answered = narration.answered(target, prediction)
        sentence = f"{answered} {narration.reasons(target, attributions)}"
        return Explanation(
            method=NAME,
            title=TITLE,
            kind=KIND,
            target=target,
            prediction=prediction,
            base=result.base,
            attributions=attributions,
            gap=prediction - result.base - sum(each.amount for each in attributions),
            sentence=sentence,
            alt=f"What each word adds to the {target.words}. {sentence}",
            note=self._note(result, limit),
            is_complete=not limit,
        )

    def _note(self, result: _Result, limit: str) -> str:
        show, target = self._context.target.value_text, self._context.target
        parts = [
            f"Without any word: {show(result.base)}; with all of them: {show(result.prediction)}. "
            "The amounts add up from one to the other.",
            "The model gives no number with its answer: an amount says how often the answer stays."
            if target.kind == "agreement"
            else "",
            "An effect that neighbours have only together is shared between them equally."
            if len(self._words) > BOTH_WAYS
            else "",
            "" if result.is_exact else "Groups of words that hardly matter were not split further.",
            f"It ended after {limit}." if limit else "",
        ]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, kw_only=True)
class _Result:
    """What each stretch adds to the number between `base` (no word) and `prediction` (all words)."""

    base: float
    prediction: float
    shares: Sequence[tuple[Stretch, float]]
    is_exact: bool


@dataclass(kw_only=True)
class _Shares:
    """The cooperative game whose players are the words, and shap's explainer of it."""

    words: Words
    score: Any
    seed: int = 0
    nodes: list[Stretch] = field(default_factory=list)

    def run(self, evaluations: int) -> _Result:
        """Share out the number with at most so many texts. Repeats to the bit."""
        from shap.explainers import PartitionExplainer

        batch_sizes: list[int] = []

        def model(texts: Sequence[str]) -> npt.NDArray[np.float64]:
            batch_sizes.append(len(texts))
            scores: npt.NDArray[np.float64] = self.score([str(text) for text in texts])
            return scores

        explainer = PartitionExplainer(model, _Masker(self.words, self._tree()))
        with isolated_rng(self.seed):  # shap 0.49 breaks ties with it
            explained = explainer.explain_row(
                self.words.text,
                max_evals=evaluations,
                main_effects=False,
                error_bounds=False,
                batch_size=AT_ONCE,
                fixed_context=None if len(self.words) <= BOTH_WAYS else 1,
                outputs=None,
                silent=True,
            )
        base, is_exact = float(explained["expected_values"]), sum(batch_sizes) < evaluations
        taken = set(self.nodes) if is_exact else self._taken_apart(explained["hierarchical_values"])
        return _Result(
            base=base,
            prediction=base + float(explained["values"].sum()),
            shares=list(self._merged(explained["values"], taken)),
            is_exact=is_exact,
        )

    def _tree(self) -> npt.NDArray[np.float64]:
        """The words' hierarchy in scipy's form: left, right, height, size; words first, the whole text last."""
        self.nodes = [Stretch(place, place + 1) for place in range(len(self.words))]
        rows: list[tuple[float, float, float, float]] = []
        self._grow(self.words.all, rows)
        return np.array(rows)

    def _grow(self, stretch: Stretch, rows: list[tuple[float, float, float, float]]) -> int:
        """The number of the node of a stretch, after its own parts have theirs."""
        if len(stretch) == 1:
            return stretch.first
        left, right = self.words.taken_apart(stretch, 2)
        numbers = self._grow(left, rows), self._grow(right, rows)
        rows.append((*numbers, float(len(stretch)), float(len(stretch))))
        self.nodes.append(stretch)
        return len(self.nodes) - 1

    def _taken_apart(self, credits: npt.NDArray[np.float64]) -> set[Stretch]:
        """The groups of words of which some part has a share of its own. Parts come before their group."""
        own, taken = dict(zip(self.nodes, credits, strict=True)), set[Stretch]()
        for node in self.nodes[len(self.words) :]:
            halves = self.words.taken_apart(node, 2)
            if any(own[half] or half in taken for half in halves):
                taken.add(node)
        return taken

    def _merged(
        self, values: npt.NDArray[np.float64], taken: Collection[Stretch]
    ) -> Iterator[tuple[Stretch, float]]:
        """The words, and as one the words of a group that was not taken apart, in reading order."""
        waiting = [self.words.all]
        while waiting:
            stretch = waiting.pop()
            if len(stretch) > 1 and stretch in taken:
                waiting += reversed(self.words.taken_apart(stretch, 2))
            else:
                yield stretch, float(values[stretch.first : stretch.end].sum())


class _Masker:
    """What shap needs to leave words out: a mask and a text give a text."""

    immutable_outputs = True

    def __init__(self, words: Words, clustering: npt.NDArray[np.float64]) -> None:
        self.words = words
        self.clustering = clustering

    def shape(self, _text: str) -> tuple[int, int]:
        return 1, len(self.words)

    def mask_shapes(self, _text: str) -> list[tuple[int]]:
        return [(len(self.words),)]

    def __call__(self, mask: Masks, _text: str) -> tuple[npt.NDArray[np.object_]]:
        return (np.array([self.words.kept(np.flatnonzero(mask).tolist())], dtype=object),)


def _doubled(most: int) -> Iterator[int]:
    """40, 80, 160 … and at last all that there is."""
    evaluations = 2 * AT_ONCE
    while evaluations < most:
        yield evaluations
        evaluations *= 2
    yield most


def _reason(stopped: Exception) -> str:
    if isinstance(stopped, OutOfBudget):
        return stopped.limit
    return getattr(stopped, "sentence", str(stopped)).rstrip(".")
