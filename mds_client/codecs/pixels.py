"""Pictures for models that take them as plain numbers: which tensors those are, and the numbers of a picture."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from mds_client.extras import missing
from mds_client.signature import PIXEL_FORMATS, Field
from mds_client.signature.checks import INTEGER_LIMITS
from mds_client.signature.datatypes import Array, numpy_of

if TYPE_CHECKING:
    from PIL.Image import Image

Scale = Literal["1", "255", "signed", "imagenet"]
_SIDES = (8, 2_048)  # pixels; a smaller grid is a small table, not a picture
_MOST_FREE = 512  # pixels on the longer side, where the model takes any size
_MOST_PIXELS = 40_000_000
_NAMED = re.compile(r"image|img|pic|photo|pixel|frame", re.IGNORECASE)
# Of the pictures that most published networks were trained on:
# https://docs.pytorch.org/vision/stable/models.html, "the values have to be normalized"
_MEAN, _SPREAD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
_WHITES = (2**8 - 1, 2**10 - 1, 2**12 - 1, 2**16 - 1)
_WHITES_OF_FRACTIONS = (1.0, 255.0)
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_WORDS: dict[str, str] = {
    "1": "0 to 1",
    "255": "0 to 255",
    "signed": "-1 to 1",
    "imagenet": "with ImageNet's mean and spread",
}


class NoPicture(ValueError):
    """The bytes are no picture, or one of too many pixels."""


@dataclass(frozen=True, kw_only=True)
class Pixels:
    """How a model takes a picture: sizes in pixels, -1 where any will do; colours 1, 3 or 4; no dimension for
    the colour where `is_flat`. `scale` is what black and white are: 0 and 1, 0 and 255, -1 and 1, or ImageNet's.
    """

    height: int
    width: int
    colours: int
    is_first: bool = False
    is_flat: bool = False
    is_whole: bool = False
    scale: Scale = "1"

    @property
    def words(self) -> str:
        """What is done to a picture, in a line."""
        colours = {1: "grey", 3: "in colour", 4: "in colour with transparency"}[self.colours]
        return f"Shown to the model as {self._size}, {colours}, {_WORDS[self.scale]}."

    @property
    def _size(self) -> str:
        if self.height == self.width == -1:
            return f"its own size (at most {_MOST_FREE} pixels on a side)"
        sizes = ("any" if size == -1 else str(size) for size in (self.width, self.height))
        return " × ".join(sizes)

    def numbers(self, data: bytes) -> list[object]:
        """The numbers of a picture, nested as the model takes them, without a batch. Raises NoPicture."""
        picture = _opened(data)
        size = self._fitted(picture.width, picture.height)
        picture = _coloured(picture, self.colours).resize(size, reducing_gap=3.0)
        values = _scaled(np.asarray(picture, dtype=np.float64), self.scale)
        values = values.round().astype(np.int64) if self.is_whole else values.round(6)
        if values.ndim == 2 and not self.is_flat:
            values = values[:, :, None]
        nested: list[object] = (np.moveaxis(values, 2, 0) if self.is_first else values).tolist()
        return nested

    def picture(self, value: object) -> Array | None:
        """What the model is shown by these numbers, in bytes; None where they are no picture of this form."""
        values = self._one_picture(value)
        if values is None:
            return None
        picture: Array = _unscaled(values, self.scale).round().clip(0, 255).astype(np.uint8)
        return picture[:, :, 0] if picture.ndim == 3 and self.colours == 1 else picture

    def _one_picture(self, value: object) -> Array | None:
        """The numbers of one picture without a batch, colours last; None where they have another form."""
        values = _finite(value)
        if values.ndim == 4 and len(values) == 1:
            values = values[0]
        if not values.size or values.ndim != (2 if self.is_flat else 3):
            return None
        if self.is_flat:
            return values
        values = np.moveaxis(values, 0, 2) if self.is_first else values
        return values if values.shape[2] == self.colours else None

    def _fitted(self, width: int, height: int) -> tuple[int, int]:
        """The declared size; a free side keeps the form of the picture."""
        if self.width > 0 and self.height > 0:
            return self.width, self.height
        if self.width > 0 or self.height > 0:
            factor = self.width / width if self.width > 0 else self.height / height
        else:
            factor = min(1.0, _MOST_FREE / max(width, height))
        free = (_side(width * factor), _side(height * factor))
        return (
            self.width if self.width > 0 else free[0],
            self.height if self.height > 0 else free[1],
        )


def pixels_of(field: Field) -> Pixels | None:
    """How the field takes a picture, where its format says that it does, or its shape makes it likely."""
    if field.kind != "tensor" or field.format == "numbers" or numpy_of(field.datatype) is None:
        return None
    pixels = _of_shape(field.shape[1:])
    if pixels is None or field.datatype in ("BOOL", "INT8"):
        return None
    is_said = field.format in PIXEL_FORMATS
    if not is_said and not _is_likely(field, pixels):
        return None
    is_whole = field.datatype in INTEGER_LIMITS
    scale = _scale(field, is_whole=is_whole)
    if scale == "imagenet" and pixels.colours != 3:
        return None
    return replace(pixels, is_whole=is_whole, scale=scale)


def _of_shape(sizes: tuple[int, ...]) -> Pixels | None:
    """Height and width, with the colours before or behind or without any."""
    if len(sizes) == 2:
        return Pixels(height=sizes[0], width=sizes[1], colours=1, is_flat=True)
    if len(sizes) != 3:
        return None
    if sizes[2] in _MODES:
        return Pixels(height=sizes[0], width=sizes[1], colours=sizes[2])
    if sizes[0] in _MODES:
        return Pixels(height=sizes[1], width=sizes[2], colours=sizes[0], is_first=True)
    return None


def _is_likely(field: Field, pixels: Pixels) -> bool:
    """Three or four colours are enough; one, or none, needs a name, or bytes."""
    sizes = (pixels.height, pixels.width)
    if not all(size == -1 or _SIDES[0] <= size <= _SIDES[1] for size in sizes):
        return False
    is_named = (
        bool(_NAMED.search(f"{field.name} {field.label} {field.description}"))
        or field.datatype == "UINT8"
    )
    if pixels.is_flat:
        return is_named and -1 not in sizes
    is_square = pixels.height == pixels.width != -1
    return is_named or pixels.colours > 1 or is_square


def _scale(field: Field, *, is_whole: bool) -> Scale:
    """What the format says; else what limits or examples show; else 0 to 255 for whole numbers, 0 to 1 for others."""
    by_format: dict[str, Scale] = {
        "pixels-1": "1", "pixels-255": "255", "pixels-signed": "signed", "pixels-imagenet": "imagenet"
    }  # fmt: skip
    if field.format in by_format:
        return by_format[field.format]
    if is_whole:
        return "255"
    low, high = _known_range(field)
    if high is not None and high > 3:
        return "255"
    if low is not None and low < -1.01:
        return "imagenet"
    return "signed" if low is not None and low < 0 else "1"


def _known_range(field: Field) -> tuple[float | None, float | None]:
    if field.minimum is not None or field.maximum is not None:
        return field.minimum, field.maximum
    try:
        values = np.asarray(field.examples[0], dtype=np.float64)
        return float(values.min()), float(values.max())
    except (IndexError, TypeError, ValueError):
        return None, None


def _side(size: float) -> int:
    return min(max(1, round(size)), _SIDES[1])


def _opened(data: bytes) -> Image:
    """The picture, upright, small enough to be decoded."""
    if sentence := missing("PIL", "Reading a picture"):
        raise NoPicture(sentence)
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data))
        if picture.width * picture.height > _MOST_PIXELS:
            raise NoPicture("too many pixels")
        return to_eight_bits(ImageOps.exif_transpose(picture))
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
    ) as error:
        raise NoPicture(str(error)) from error


def to_eight_bits(picture: Image) -> Image:
    """Grey of more than eight bits as eight; any other picture as it is.

    Scanners and instruments use 8, 10, 12 or all of 16 bits: the fewest that hold the brightest pixel count as
    white. Fractions count from 0 to 1, or to 255. Raises NoPicture for numbers of which no white is known.
    """
    from PIL import Image

    if not picture.mode.startswith(("I", "F")):
        return picture
    values = np.asarray(picture, dtype=np.float64)
    low, high = float(values.min()), float(values.max())
    whites = _WHITES_OF_FRACTIONS if picture.mode == "F" else _WHITES
    white = next((one for one in whites if high <= one), None)
    if white is None or low < 0 or not np.isfinite([low, high]).all():
        raise NoPicture(
            f"its numbers run from {low:g} to {high:g}, and nothing says which is white"
        )
    return Image.fromarray((values * (255 / white)).round().astype(np.uint8))


def _coloured(picture: Image, colours: int) -> Image:
    """With as many colours as the model takes; what is transparent lies on white."""
    if colours == 4:
        return picture.convert("RGBA")
    return on_white(picture).convert(_MODES[colours])


def on_white(picture: Image) -> Image:
    """The picture with white where it is transparent; any other as it is."""
    from PIL import Image

    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture
    picture = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)


def _scaled(values: Array, scale: Scale) -> Array:
    ground, factor = _FACTORS[scale]
    scaled: Array = (values - ground) / factor
    return scaled


def _finite(value: object) -> Array:
    """The numbers as an array; an empty one where some are none, or are not finite."""
    try:
        values = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return np.empty(0)
    return values if np.isfinite(values).all() else np.empty(0)


def _unscaled(values: Array, scale: Scale) -> Array:
    ground, factor = _FACTORS[scale]
    unscaled: Array = values * factor + ground
    return unscaled


# What is taken from a byte, and what the rest is divided by.
_FACTORS: dict[Scale, tuple[Array, Array]] = {
    "1": (np.array(0.0), np.array(255.0)),
    "255": (np.array(0.0), np.array(1.0)),
    "signed": (np.array(127.5), np.array(127.5)),
    "imagenet": (_MEAN * 255, _SPREAD * 255),
}
