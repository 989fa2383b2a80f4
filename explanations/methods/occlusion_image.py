"""Which parts of a picture carry the answer: each is painted over once with the mean colour."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from explanations.contract import Budget, Explanation, Kind, Question, Scope
from explanations.errors import ExplanationFailed
from explanations.occluding import Part, has_one, occlude, the_field
from mds_client.signature import Field, File, Signature

if TYPE_CHECKING:
    from PIL.Image import Image

NAME = "occlusion_image"
TITLE = "Where the model looks"
KIND: Kind = "grid"
SCOPE: Scope = "case"
PATCHES = 49
# Pictures of so few pixels are taken apart pixel by pixel.
TINY = 64
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1024
FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG"}


def describe() -> str:
    return "How much the answer changes when a part of the picture is painted over."


def suits(signature: Signature) -> bool:
    return has_one(signature, "image")


def cost(signature: Signature) -> Budget:
    return Budget(rows=TINY + 8, calls=TINY + 10, seconds=60)


def explain(question: Question) -> Explanation:
    field = the_field(question.signature, "image")
    picture = _opened(question.values[field.name])
    shape = grid_of(*picture.size)
    everything = (0, 0, *picture.size)
    return occlude(
        *(question, field, list(_parts(picture, shape, field))),
        whole=_file(picture, field),
        nothing=_file(_painted(picture, everything), field),
        shape=shape,
    )


def grid_of(width: int, height: int) -> tuple[int, int]:
    """How many rows and columns of about square patches."""
    if width * height <= TINY:
        return height, width
    rows = min(max(1, round(math.sqrt(PATCHES * height / width))), PATCHES, height)
    return rows, min(max(1, PATCHES // rows), width)


def _parts(picture: Image, shape: tuple[int, int], field: Field) -> Iterator[Part]:
    rows, columns = shape
    width, height = picture.size
    for row in range(rows):
        for column in range(columns):
            box = (
                *(column * width // columns, row * height // rows),
                *((column + 1) * width // columns, (row + 1) * height // rows),
            )
            yield Part(
                title=f"the patch in row {row + 1}, column {column + 1}",
                span=(row, column),
                without=_file(_painted(picture, box), field),
            )


def _opened(value: object) -> Image:
    from PIL import Image, ImageOps

    if not isinstance(value, File):
        raise ExplanationFailed("There is no picture to explain.")
    # As people see it: turned as the camera says.
    opened = Image.open(io.BytesIO(value.data))
    if opened.width * opened.height > MOST_PIXELS:
        raise ExplanationFailed(
            "The picture has too many pixels to be taken apart.", advice="Send a smaller one."
        )
    picture = ImageOps.exif_transpose(opened)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return picture if picture.mode in ("L", "RGB", "RGBA") else picture.convert("RGB")


def _painted(picture: Image, box: tuple[int, int, int, int]) -> Image:
    from PIL import ImageStat

    colour = tuple(round(mean) for mean in ImageStat.Stat(picture).mean)
    painted = picture.copy()
    painted.paste(colour if len(colour) > 1 else colour[0], box)
    return painted


def _file(picture: Image, field: Field) -> File:
    """As PNG, which loses nothing; as JPEG for a model that takes no PNG."""
    takes_png = not field.media_types or any(
        taken in ("image/png", "image/*", "*/*") for taken in field.media_types
    )
    media_type = "image/png" if takes_png else "image/jpeg"
    lossy = {} if takes_png else {"quality": 95}
    data = io.BytesIO()
    (picture if takes_png else picture.convert("RGB")).save(data, FORMATS[media_type], **lossy)
    return File(
        name="part.png" if takes_png else "part.jpg", media_type=media_type, data=data.getvalue()
    )
