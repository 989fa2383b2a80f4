"""Parts of a picture that are enough for the answer, whatever else is hidden: alibi's AnchorImage.

The search and the sampler are alibi 0.9.4's. What it samples is not: alibi would ask about tens of thousands
of pictures; here all pictures are asked about beforehand, and hidden parts look as they do in
“Which parts matter”.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from explanations import formatting
from explanations.contract import Attribution, Budget, ExplainContext, Explanation, Kind, Scope
from explanations.libraries import isolated_rng, without_ray
from explanations.parts import sufficient_parts
from explanations.parts.occlusion import has_one, the_field
from explanations.parts.pictures import Picture
from explanations.parts.sufficient_parts import Enough, Game, Perturbations, Rule, Sampler
from mds_client.signature import Field, Signature, Values

NAME = "anchor_image"
TITLE = "Parts that are enough"
KIND: Kind = "rule"
SCOPE: Scope = "case"
IS_SECOND = True
VARIANTS, TEST = 240, 80
MORE = 80


def describe() -> str:
    return "A few parts of the picture with which the answer stays the same, whichever of the others are hidden."


def suits(signature: Signature) -> bool:
    return has_one(signature, "image") and sufficient_parts.suits(signature)


def cost(signature: Signature) -> Budget:
    rows = VARIANTS + TEST + MORE
    return Budget(rows=rows, calls=rows, seconds=60)


def warm() -> None:
    """Load the libraries, so that nobody waits for them."""
    _anchors()


def explain(context: ExplainContext) -> Explanation:
    sufficient_parts.check(context)
    field = the_field(context.signature, "image")
    picture = Picture.read(context.values[field.name], field)
    game = _game(context, field, picture)
    [prediction] = context.ask([game.kept(range(picture.count))])
    perturbations = Perturbations.collect(context, game, most=VARIANTS, test=TEST)
    rule = _searched(Sampler(perturbations), picture, context.seed)
    titles = [
        f"part {number} in the {picture.where([part])}" for number, part in enumerate(rule, start=1)
    ]
    enough = Enough(
        prediction=float(prediction),
        perturbations=perturbations,
        tested=perturbations.tested(rule),
        parts=_parts(field, picture, dict(zip(titles, rule, strict=True)), perturbations),
        conditions=[f"{title} can be seen" for title in titles],
        condition=f"{formatting.listed(titles)} can be seen" if titles else "",
        variants="pictures with parts hidden",
        how=f"In each picture about half of the parts are hidden at random. {picture.how}",
        them="show what the rule asks for",
    )
    lit = picture.raster([[part] for part in rule]) if rule else ()
    return enough.to_explanation(
        f"The picture with only the {len(rule)} parts of the rule lit.", raster=lit
    )


def _game(context: ExplainContext, field: Field, picture: Picture) -> Game:
    everything = set(range(picture.count))

    def kept(parts: Sequence[int]) -> Values:
        return {**context.values, field.name: picture.without(everything - set(parts))}

    return Game(count=picture.count, kept=kept)


def _parts(
    field: Field, picture: Picture, titled: Mapping[str, int], perturbations: Perturbations
) -> list[Attribution]:
    effects = perturbations.effects()
    return [
        Attribution(
            field=field.name,
            title=title,
            value_text="",
            amount=float(effects[part]),
            span=picture.centre([part]),
        )
        for title, part in titled.items()
    ]


def _searched(sampler: Sampler, picture: Picture, seed: int) -> Rule:
    alibi = _anchors()
    with isolated_rng(seed):
        drawing = alibi.anchor_image.AnchorImageSampler(
            predictor=lambda images: np.ones(len(images), dtype=int),
            segmentation_fn=lambda _: picture.labels,
            custom_segmentation=True,
            image=np.zeros((*picture.labels.shape, 1)),
            n_covered_ex=0,
        )
        _draw_known(drawing, sampler)
        # Without a small cache alibi sets aside a gigabyte for samples.
        search = alibi.anchor_base.AnchorBaseBeam(samplers=[drawing], sample_cache_size=40)
        result = search.anchor_beam(
            delta=0.1,
            epsilon=0.15,
            desired_confidence=sufficient_parts.PRECISION,
            beam_size=3,
            max_anchor_size=sufficient_parts.MOST_IN_RULE,
            coverage_samples=1000,
        )
        return sampler.rule(result["feature"])


def _draw_known(drawing: Any, sampler: Sampler) -> None:
    """Let alibi's sampler draw variants that are known, and know who keeps the answer."""

    def perturbation(rule: Sequence[int], count: int) -> tuple[Any, Any]:
        masks, same = sampler.drawn(rule, count)
        return same, masks.astype(float)

    drawing.perturbation = perturbation
    drawing.compare_labels = lambda same: same
    drawing._choose_superpixels = lambda count: sampler.drawn((), count)[0].astype(float)


def _anchors() -> Any:
    without_ray()
    from alibi.explainers import anchors
    from alibi.explainers.anchors import anchor_base, anchor_image  # noqa: F401

    return anchors
