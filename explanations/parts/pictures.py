"""A picture as parts that can be hidden: patches of a tiny one, superpixels of any other.

Parts are made of the cells of a raster over the picture, so that what is hidden is exactly what is drawn.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from explanations.errors import ExplanationFailed
from mds_client.codecs.pixels import to_eight_bits
from mds_client.signature import Field, File

if TYPE_CHECKING:
    from PIL.Image import Image

Labels = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1024
# Pictures of so few pixels are taken apart pixel by pixel, and up to this side into square patches.
TINY = 64
SMALL_SIDE = 32
# Cells along the longer side of a picture, and about so many superpixels made of them.
CELLS = 64
SUPERPIXELS = 40
COMPACTNESS = 12.0
# A picture is a drawing on paper when so much of it is within this distance of the colour at its edge.
PAPER_SHARE, PAPER_DISTANCE = 0.3, 24
FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG"}
THIRDS = (
    ("upper left", "upper middle", "upper right"),
    ("middle left", "centre", "middle right"),
    ("lower left", "lower middle", "lower right"),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Picture:
    """A picture and the field it is the value of. `labels` says to which part each cell of the raster belongs."""

    image: Image
    field: Field
    labels: Labels

    @classmethod
    def read(cls, value: object, field: Field) -> Picture:
        """Open a file as people see it. Raises ExplanationFailed for what cannot be taken apart."""
        image = _opened(value)
        return cls(image=image, field=field, labels=_labels(image))

    @property
    def count(self) -> int:
        """How many parts there are; they are numbered from 0."""
        return int(self.labels.max()) + 1

    @property
    def how(self) -> str:
        """What stands in place of a hidden part, in a sentence."""
        if self._is_drawing:
            return "Hidden parts are painted over in the colour at the picture's edge."
        return "Hidden parts are blurred until no shape is left."

    def file(self) -> File:
        """The whole picture as it is sent."""
        return self._file(self.image)

    def without(self, parts: Collection[int]) -> File:
        """The picture with these parts hidden."""
        from PIL import Image

        cells = np.isin(self.labels, list(parts))
        mask = Image.fromarray(cells.astype(np.uint8) * 255).resize(self.image.size, 0)
        return self._file(Image.composite(self._filler, self.image, mask))

    def thirds(self) -> list[list[int]]:
        """The parts in groups by where they lie: at most nine, none empty."""
        groups: dict[tuple[int, int], list[int]] = {}
        for part in range(self.count):
            groups.setdefault(self.third(*self.centre([part])), []).append(part)
        return [groups[place] for place in sorted(groups)]

    def centre(self, parts: Collection[int]) -> tuple[float, float]:
        """Row and column of the middle of some parts, in cells."""
        rows, columns = np.nonzero(np.isin(self.labels, list(parts)))
        return round(float(rows.mean()) + 0.5, 2), round(float(columns.mean()) + 0.5, 2)

    def third(self, row: float, column: float) -> tuple[int, int]:
        """Which third of the picture a place is in, from the top and from the left."""
        height, width = self.labels.shape
        return min(int(3 * row / height), 2), min(int(3 * column / width), 2)

    def where(self, parts: Collection[int]) -> str:
        """Where some parts lie, in words: "upper left"."""
        row, column = self.third(*self.centre(parts))
        return THIRDS[row][column]

    def raster(self, groups: Sequence[Collection[int]]) -> tuple[tuple[int, ...], ...]:
        """For each cell the place of its group; -1 in none."""
        place = np.full(self.count, -1)
        for number, parts in enumerate(groups):
            place[list(parts)] = number
        return tuple(tuple(line) for line in place[self.labels].tolist())

    @cached_property
    def _paper(self) -> tuple[int, ...]:
        """The colour at the edge of the picture: the median there."""
        pixels = self._pixels
        edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
        return tuple(int(value) for value in np.median(edge, axis=0))

    @cached_property
    def _is_drawing(self) -> bool:
        distance = np.abs(self._pixels - np.array(self._paper)).max(axis=2)
        return bool((distance <= PAPER_DISTANCE).mean() >= PAPER_SHARE)

    @cached_property
    def _filler(self) -> Image:
        """What is seen where a part is hidden."""
        from PIL import Image, ImageFilter

        if self._is_drawing:
            colour = self._paper if len(self._paper) > 1 else self._paper[0]
            return Image.new(self.image.mode, self.image.size, colour)
        return self.image.filter(ImageFilter.GaussianBlur(max(self.image.size) / 8))

    @property
    def _pixels(self) -> npt.NDArray[np.int64]:
        pixels = np.asarray(self.image).astype(int)
        return pixels if pixels.ndim == 3 else pixels[:, :, None]

    def _file(self, image: Image) -> File:
        """As PNG, which loses nothing; as JPEG for a model that takes no PNG."""
        takes_png = not self.field.media_types or any(
            taken in ("image/png", "image/*", "*/*") for taken in self.field.media_types
        )
        media_type = "image/png" if takes_png else "image/jpeg"
        how = {"compress_level": 1} if takes_png else {"quality": 95}
        data = io.BytesIO()
        (image if takes_png else image.convert("RGB")).save(data, FORMATS[media_type], **how)
        return File(
            name="part.png" if takes_png else "part.jpg",
            media_type=media_type,
            data=data.getvalue(),
        )


def _opened(value: object) -> Image:
    from PIL import Image, ImageOps, UnidentifiedImageError

    if not isinstance(value, File):
        raise ExplanationFailed("There is no picture to explain.")
    try:
        opened = Image.open(io.BytesIO(value.data))
        if opened.width * opened.height > MOST_PIXELS:
            raise ExplanationFailed(
                "The picture has too many pixels to be taken apart.", advice="Send a smaller one."
            )
        # As people see it: turned as the camera says.
        picture = to_eight_bits(ImageOps.exif_transpose(opened))
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as error:
        raise ExplanationFailed(
            "The file cannot be read as a picture here, so that it cannot be taken apart.",
            advice="PNG and JPEG can.",
            detail=str(error),
        ) from error
    return picture if picture.mode in ("L", "RGB", "RGBA") else picture.convert("RGB")


def _labels(image: Image) -> Labels:
    """The part of each cell, numbered from 0 without gaps."""
    width, height = image.size
    if width * height <= TINY:
        return np.arange(width * height).reshape(height, width)
    labels = _patches(width, height) if min(image.size) < SMALL_SIDE else _superpixels(image)
    return np.unique(labels, return_inverse=True)[1].reshape(labels.shape)


def _patches(width: int, height: int) -> Labels:
    """About square patches, as many as there would be superpixels; one cell a pixel, or fewer."""
    scale = min(1.0, CELLS / max(width, height))
    rows, columns = np.indices((max(round(height * scale), 1), max(round(width * scale), 1)))
    side = max(1.0, float(np.sqrt(rows.size / SUPERPIXELS)))
    labels: Labels = (rows // side * 1000 + columns // side).astype(np.int64)
    return labels


def _superpixels(image: Image) -> Labels:
    """Parts whose edges follow the picture's (SLIC: Achanta and others, 2012), on a small copy of it."""
    from skimage.segmentation import slic

    small = image.convert("RGB")
    scale = CELLS / max(image.size)
    small = small.resize([max(round(side * scale), 4) for side in image.size])
    labels: Labels = slic(
        np.asarray(small), n_segments=SUPERPIXELS, compactness=COMPACTNESS, sigma=1, start_label=0
    )
    return labels
