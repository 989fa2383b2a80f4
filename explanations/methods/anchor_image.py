"""Parts of a picture that are enough for the answer, whatever else is hidden: alibi's AnchorImage.

The search and the sampler are alibi 0.9.4's. What it samples is not: alibi would ask about tens of thousands
of pictures; here all pictures are asked about beforehand, and hidden parts look as they do in
“Where the model looks”.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np

from explanations import wording
from explanations.contract import Attribution, Budget, Explanation, Kind, Question, Scope
from explanations.parts import sufficing
from explanations.parts.occluding import has_one, the_field
from explanations.parts.pictures import Picture
from explanations.parts.sufficing import Crowd, Game, Rule, Sampler
from mds_client.signature import Signature

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
    return has_one(signature, "image") and sufficing.suits(signature)


def cost(signature: Signature) -> Budget:
    rows = VARIANTS + TEST + MORE
    return Budget(rows=rows, calls=rows, seconds=60)


def warm() -> None:
    """Load the libraries, so that nobody waits for them."""
    _anchors()


def explain(question: Question) -> Explanation:
    sufficing.check(question)
    field = the_field(question.signature, "image")
    picture = Picture.read(question.values[field.name], field)
    everything = set(range(picture.count))
    game = Game(
        count=picture.count,
        kept=lambda parts: {
            **question.values,
            field.name: picture.without(everything - set(parts)),
        },
    )
    [prediction] = question.ask([game.kept(sorted(everything))])
    crowd = Crowd.asked(question, game, most=VARIANTS, test=TEST)
    rule = _searched(Sampler(crowd), picture, question.seed)
    tested, effects = crowd.tested(rule), crowd.effects()
    titles = [
        f"part {number} in the {picture.where([part])}" for number, part in enumerate(rule, start=1)
    ]
    seen = "can be seen"
    sentence = sufficing.sentence(
        question.target.answer,
        f"{wording.listed(titles)} {seen}" if titles else "",
        "pictures with parts hidden",
        tested,
        crowd.alone,
    )
    return Explanation(
        method=NAME,
        title=TITLE,
        kind=KIND,
        target=question.target,
        prediction=float(prediction),
        base=crowd.alone,
        attributions=tuple(
            Attribution(
                field=field.name,
                title=title,
                value_text="",
                amount=float(effects[part]),
                span=picture.centre([part]),
            )
            for title, part in zip(titles, rule, strict=True)
        ),
        raster=picture.raster([[part] for part in rule]) if rule else (),
        conditions=tuple(f"{title} {seen}" for title in titles),
        precision=tested.precision,
        coverage=tested.coverage,
        sentence=sentence,
        alt=f"The picture with only the {len(rule)} parts of the rule lit. {sentence}",
        note=sufficing.note(
            f"In each picture about half of the parts are hidden at random. {picture.how}",
            "show what the rule asks for",
            crowd,
            tested,
        ),
        is_complete=not crowd.limit and tested.precision >= sufficing.ENOUGH,
    )


def _searched(sampler: Sampler, picture: Picture, seed: int) -> Rule:
    alibi, before = _anchors(), np.random.get_state()
    try:
        np.random.seed(seed % 2**32)
        drawing = alibi.anchor_image.AnchorImageSampler(
            predictor=lambda images: np.ones(len(images), dtype=int),
            segmentation_fn=lambda _: picture.labels,
            custom_segmentation=True,
            image=np.zeros((*picture.labels.shape, 1)),
            n_covered_ex=0,
        )
        _draw_known(drawing, sampler)
        # Without a small cache alibi sets aside a gigabyte for samples.
        found = alibi.anchor_base.AnchorBaseBeam(
            samplers=[drawing], sample_cache_size=40
        ).anchor_beam(
            delta=0.1,
            epsilon=0.15,
            desired_confidence=sufficing.PRECISION,
            beam_size=3,
            max_anchor_size=sufficing.MOST_IN_RULE,
            coverage_samples=1000,
        )
        return sampler.rule(found["feature"])
    finally:
        np.random.set_state(before)


def _draw_known(drawing: Any, sampler: Sampler) -> None:
    """Let alibi's sampler draw variants that are known, and know who keeps the answer."""

    def perturbation(rule: Sequence[int], count: int) -> tuple[Any, Any]:
        masks, same = sampler.drawn(rule, count)
        return same, masks.astype(float)

    drawing.perturbation = perturbation
    drawing.compare_labels = lambda same: same
    drawing._choose_superpixels = lambda count: sampler.drawn((), count)[0].astype(float)


def _anchors() -> Any:
    # alibi 0.9.4 fails on import where shap is installed and ray is not: it evaluates an annotation
    # that names ray's actor pool. An empty stand-in is all that it looks at.
    sys.modules.setdefault("ray", ModuleType("ray"))
    from alibi.explainers import anchors
    from alibi.explainers.anchors import anchor_base, anchor_image  # noqa: F401

    return anchors
