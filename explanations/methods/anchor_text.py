"""Words that are enough for the answer, whichever others are left out: alibi's AnchorText.

Its search is alibi 0.9.4's. What it searches in is not: alibi puts UNK in place of words and spaces around
every mark, which is no text of any kind; here words are left out, and all texts are asked about beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from explanations import formatting
from explanations.contract import Attribution, Budget, ExplainContext, Explanation, Kind, Scope
from explanations.errors import ExplanationFailed
from explanations.libraries import isolated_rng, without_ray
from explanations.parts import sufficient_parts
from explanations.parts.occlusion import has_one, the_field
from explanations.parts.sufficient_parts import Enough, Game, Perturbations, Rule, Sampler
from explanations.parts.words import Stretch, Words
from mds_client.signature import Field, Signature

NAME = "anchor_text"
TITLE = "Words that are enough"
KIND: Kind = "rule"
SCOPE: Scope = "case"
IS_SECOND = True
VARIANTS, TEST = 400, 200
MORE = 200
MOST_WORDS = 5000
SAME, OTHER = 1, 0


def describe() -> str:
    return "A few words with which the answer stays the same, whichever of the others are left out."


def suits(signature: Signature) -> bool:
    return has_one(signature, "text") and sufficient_parts.suits(signature)


def cost(signature: Signature) -> Budget:
    rows = VARIANTS + TEST + MORE
    return Budget(rows=rows, calls=rows // 4, seconds=45)


def warm() -> None:
    """Load the libraries, so that nobody waits for them."""
    _alibi()
    _blank()


def explain(context: ExplainContext) -> Explanation:
    sufficient_parts.check(context)
    field = the_field(context.signature, "text")
    words = _words(context.values[field.name])
    [prediction] = context.ask([context.values])
    game = Game(
        count=len(words),
        kept=lambda places: {**context.values, field.name: words.kept(places)},
    )
    perturbations = Perturbations.collect(context, game, most=VARIANTS, test=TEST)
    rule = _searched(Sampler(perturbations), words.text, context.seed)
    titles = [_title(words, place) for place in rule]
    enough = Enough(
        prediction=float(prediction),
        perturbations=perturbations,
        tested=perturbations.tested(rule),
        parts=_parts(field, words, rule, perturbations),
        conditions=[f"the text contains {each}" for each in titles],
        condition=f"the text contains {formatting.listed(titles)}" if titles else "",
        variants="texts with words left out",
        how="In each text about half of the words are left out at random.",
        them="contain what the rule asks for",
    )
    return enough.to_explanation(f"The text with the {len(rule)} words of the rule marked.")


def _words(text: object) -> Words:
    words = Words(str(text or ""))
    if not 0 < len(words) <= MOST_WORDS:
        raise ExplanationFailed(
            f"With {len(words):,} words there is nothing to be found here.",
            advice=f"It takes texts of 1 to {MOST_WORDS:,} words.",
        )
    return words


def _parts(
    field: Field, words: Words, rule: Rule, perturbations: Perturbations
) -> list[Attribution]:
    effects = perturbations.effects()
    return [
        Attribution(
            field=field.name,
            title=_title(words, place),
            value_text="",
            amount=float(effects[place]),
            span=words.spans[place],
        )
        for place in rule
    ]


class _LeftOut:
    """In place of alibi's sampler of texts: `words` are those that may be in a rule."""

    def __init__(self, sampler: Sampler) -> None:
        self.words = [str(place) for place in sampler.candidates]
        self.positions = list(sampler.candidates)
        self._sampler = sampler

    def set_text(self, text: str) -> None:
        """Nothing to do: the text is known from the start."""

    def __call__(self, rule: Sequence[int], count: int) -> tuple[Any, Any]:
        masks, same = self._sampler.drawn(rule, count)
        return same.astype(int), masks.astype(float)


def _searched(sampler: Sampler, text: str, seed: int) -> Rule:
    with isolated_rng():
        # alibi 0.9.4 seeds numpy's global generator when it is made. Its predictor is given what the sampler
        # gave: whether the answer stayed; the text itself, and the words with which alibi tries the predictor, are the same.
        explainer = _alibi().AnchorText(
            lambda variants: np.array(
                [each if each in (SAME, OTHER) else SAME for each in variants]
            ),
            sampling_strategy="unknown",
            nlp=_blank(),
            seed=seed % 2**32,
        )
        explainer.perturbation = _LeftOut(sampler)
        # Without a small cache alibi sets aside a gigabyte for samples.
        result = explainer.explain(
            text,
            threshold=sufficient_parts.PRECISION,
            beam_size=3,
            stop_on_first=False,
            max_anchor_size=sufficient_parts.MOST_IN_RULE,
            coverage_samples=1000,
            binary_cache_size=40,
        )
        return sampler.rule(result.raw["feature"])


def _title(words: Words, place: int) -> str:
    """The word in quotation marks; where it is not the only one, also which one."""
    word = words.text_of(Stretch(place, place + 1))
    alike = [at for at in range(len(words)) if words.text_of(Stretch(at, at + 1)) == word]
    return word if len(alike) == 1 else f"{word} as word {place + 1}"


@cache
def _blank() -> Any:
    import spacy

    blank = spacy.blank("xx")
    # alibi 0.9.4 wants to know how common words are, for ways of changing texts that are not used here.
    blank.vocab.lookups.add_table("lexeme_prob", {})
    return blank


def _alibi() -> Any:
    without_ray()
    from alibi import explainers

    return explainers
