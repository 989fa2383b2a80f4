"""What the drawings of several kinds share."""

from __future__ import annotations

from PIL.Image import Image

from charts import attributions
from explanations.contract import Explanation
from mds_client.signature import File, Values
from ui.media import preview


def part(explanation: Explanation, title: str, amount: float) -> attributions.Part:
    """One bar with its amount in words."""
    return attributions.Part(
        title=title, amount=amount, words=explanation.target.amount_text(amount)
    )


def file(values: Values) -> File | None:
    """The first file of a case."""
    return next((value for value in values.values() if isinstance(value, File)), None)


def upright(values: Values) -> Image | None:
    """A small copy of the picture of a case, turned as the camera says; None where there is none."""
    picture_file = file(values)
    return preview(picture_file.data) if picture_file else None
