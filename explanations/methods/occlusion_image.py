"""Which parts of a picture carry the answer: each is hidden once, large parts first."""

from __future__ import annotations

from collections.abc import Sequence

from explanations.contract import Budget, ExplainContext, Explanation, Kind, Scope
from explanations.parts.occlusion import Hiding, Leaf, Part, has_one, occlude, the_field
from explanations.parts.pictures import SUPERPIXELS, TINY, Picture
from mds_client.signature import Signature

NAME = "occlusion_image"
TITLE = "Which parts matter"
KIND: Kind = "grid"
SCOPE: Scope = "case"
# The thirds of the picture, then its parts; SLIC makes some more than it is asked for.
MOST_PARTS = 9 + max(TINY, round(SUPERPIXELS * 1.4))


def describe() -> str:
    return "How much the answer changes when a part of the picture is hidden."


def suits(signature: Signature) -> bool:
    return has_one(signature, "image")


def cost(signature: Signature) -> Budget:
    return Budget(rows=MOST_PARTS + 10, calls=MOST_PARTS + 10, seconds=60)


def warm() -> None:
    """Load the library that finds superpixels."""
    import skimage.segmentation  # noqa: F401


def explain(context: ExplainContext) -> Explanation:
    field = the_field(context.signature, "image")
    picture = Picture.read(context.values[field.name], field)
    hiding = Hiding(
        field=field,
        whole=picture.file(),
        nothing=picture.without(range(picture.count)),
        parts=[_part(picture, group) for group in picture.thirds()],
        most=MOST_PARTS,
        how=picture.how,
        named=lambda leaves: _titles(picture, leaves),
        raster=lambda leaves: picture.raster([leaf.part.group for leaf in leaves]),
    )
    return occlude(context, hiding)


def _part(picture: Picture, group: Sequence[int]) -> Part:
    return Part(
        title=picture.where(group),
        span=picture.centre(group),
        group=group,
        without=lambda: picture.without(group),
        finer=lambda: [_part(picture, [one]) for one in group] if len(group) > 1 else (),
    )


def _titles(picture: Picture, leaves: Sequence[Leaf]) -> list[str]:
    """Numbered by strength, with where they lie: "part 1 in the upper left"."""
    order = sorted(range(len(leaves)), key=lambda place: -abs(leaves[place].amount or 0.0))
    rank = {place: number for number, place in enumerate(order, start=1)}
    return [f"part {rank[at]} in the {leaf.part.title}" for at, leaf in enumerate(leaves)]
