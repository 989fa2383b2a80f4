"""Which pixels of a picture belong to something: run lengths as COCO writes them, and what else servers send.

Format: https://github.com/cocodataset/cocoapi/blob/master/common/maskApi.c (rleDecode, rleToString,
rleFrString): lengths of runs down the columns, the first of what does not belong; from the fourth on a length
is written as its difference to the one before the last, in digits of five bits, lowest first.
"""

from __future__ import annotations

import io
import re
import warnings
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mds_client.extras import missing
from mds_client.signature.datatypes import Array

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_SIDE = 65_535
MOST_RUNS = 500_000
MOST_PIXELS = 16_777_216  # of a bitmap; runs may stand for more
_MOST_DIGITS = 7
_DATA_URL = re.compile(r"^data:image/[\w.+-]{1,40};base64,")
_BASE64 = re.compile(r"^[A-Za-z0-9+/]{24}")
Corners = tuple[float, float, float, float]


class UnreadableMask(ValueError):
    """It is meant as a mask, but cannot be read; the message is a sentence for a person."""


@dataclass(frozen=True, kw_only=True)
class Mask:
    """Pixels of a grid of `height` × `width` that lies over the whole picture, or over its box alone where
    `is_of_box`. `runs` is COCO's compressed text.
    """

    height: int
    width: int
    runs: str
    is_of_box: bool = False

    @cached_property
    def counts(self) -> Array:
        """The lengths of the runs."""
        return decoded(self.runs)

    @property
    def area(self) -> int:
        """How many pixels belong."""
        return int(self.counts[1::2].sum())

    @property
    def share(self) -> float:
        """Which part of the grid belongs, from 0 to 1."""
        return self.area / (self.height * self.width)

    @cached_property
    def corners(self) -> Corners:
        """Left, top, right and bottom of what belongs; all zero where nothing does."""
        ends = self.counts.cumsum()
        inside = self.counts[1::2] > 0
        first, last = ends[0::2][: len(inside)][inside], ends[1::2][inside] - 1
        if not len(first):
            return (0.0, 0.0, 0.0, 0.0)
        left, right = int(first[0] // self.height), int(last[-1] // self.height)
        if (first // self.height != last // self.height).any():
            top, bottom = 0, self.height - 1
        else:
            top, bottom = int((first % self.height).min()), int((last % self.height).max())
        return (float(left), float(top), right + 1.0, bottom + 1.0)

    def coarser(self, side: int) -> Mask:
        """The same in at most `side` pixels on each side; the corners of what belongs are then rough."""
        width, height = min(self.width, side), min(self.height, side)
        return replace(of_bitmap(self.sampled(width, height)), is_of_box=self.is_of_box)

    def sampled(self, width: int, height: int) -> Array:
        """The grid in another size, as truths; the full one is never made."""
        across = ((np.arange(width) + 0.5) * self.width / width).astype(np.int64)
        down = ((np.arange(height) + 0.5) * self.height / height).astype(np.int64)
        places = across[None, :] * self.height + down[:, None]
        grid: Array = np.searchsorted(self.counts.cumsum(), places, side="right") % 2 == 1
        return grid


def of_bitmap(bitmap: Array) -> Mask:
    """The mask of a grid of truths."""
    down = np.asarray(bitmap, dtype=bool).ravel(order="F")
    turns = np.flatnonzero(down[1:] != down[:-1]) + 1
    edges = np.concatenate(([0] if down[0] else [], [0], turns, [len(down)])).astype(np.int64)
    return _checked(bitmap.shape[0], bitmap.shape[1], np.diff(edges))


def encoded(counts: Array) -> str:
    """Run lengths as COCO's text."""
    left = counts.astype(np.int64)
    left[3:] -= counts[1:-2]
    digits = []
    is_open = np.ones(len(left), dtype=bool)
    while is_open.any():
        digit, left = left & 31, left >> 5
        goes_on = np.where(digit & 16, left != -1, left != 0)
        digits.append(np.where(is_open, 48 + (digit | goes_on * 32), 0))
        is_open &= goes_on
    written = np.stack(digits, axis=1).ravel() if digits else np.array([])
    return bytes(written[written > 0].astype(np.uint8)).decode("ascii")


def decoded(text: str) -> Array:
    """The run lengths of COCO's text. Raises UnreadableMask where it is none."""
    digits = np.frombuffer(text.encode("utf-8", "replace"), dtype=np.uint8).astype(np.int64) - 48
    if not len(digits) or digits.min() < 0 or digits.max() > 63 or digits[-1] & 32:
        raise UnreadableMask("A mask is not written as run lengths are.")
    starts = np.concatenate(([0], np.flatnonzero(digits[:-1] & 32 == 0) + 1))
    lengths = np.diff(np.append(starts, len(digits)))
    if lengths.max() > _MOST_DIGITS:
        raise UnreadableMask("A mask has a run that is too long to be read.")
    place = np.arange(len(digits)) - np.repeat(starts, lengths)
    values = np.add.reduceat((digits & 31) << 5 * place, starts)
    values -= np.where(digits[starts + lengths - 1] & 16, 1 << 5 * lengths, 0)
    for first in (1, 2):
        values[first::2] = values[first::2].cumsum()
    return values


def mask_of(value: object) -> Mask | None:
    """A mask in any form that servers send: run lengths with their size, a grid of truths, of numbers or of
    probabilities, a picture in base64. None for what is none; raises UnreadableMask.
    """
    if isinstance(value, Mapping):
        return _of_runs(value) if "counts" in value and "size" in value else None
    if isinstance(value, str):
        return _of_picture(value)
    grid = grid_of(value)
    return None if grid is None else of_bitmap(_belongs(grid))


def grid_of(value: object) -> Array | None:
    """Rows of numbers or truths as an array, without dimensions of one; None for anything else.

    Raises UnreadableMask where lists hold more pixels than are read.
    """
    if not (isinstance(value, np.ndarray) or _are_rows(value)):
        return None
    try:
        grid = np.asarray(value)
    except ValueError:
        return None
    while grid.ndim > 2 and 1 in (grid.shape[0], grid.shape[-1]):
        grid = grid[0] if grid.shape[0] == 1 else grid[..., 0]
    is_grid = grid.ndim == 2 and grid.dtype.kind in "biuf" and grid.size > 0
    return grid if is_grid else None


def _are_rows(value: object) -> bool:
    """Whether these are lists in a list. Raises UnreadableMask where they are too many."""
    if not (isinstance(value, Sequence) and value and isinstance(value[0], Sequence)):
        return False
    if len(value) * len(value[0]) > MOST_PIXELS:
        raise _too_large(len(value), len(value[0]))
    return True


def _of_runs(value: Mapping[str, object]) -> Mask:
    size, counts = value["size"], value["counts"]
    if not isinstance(size, list) or len(size) != 2 or not all(type(n) is int for n in size):
        raise UnreadableMask("A mask does not say its size.")
    if isinstance(counts, bytes):
        counts = counts.decode("ascii", "replace")
    if isinstance(counts, str):
        _check_size(size[0], size[1], len(counts) // _MOST_DIGITS)
        return _checked(size[0], size[1], decoded(counts))
    if not isinstance(counts, list) or not all(type(n) is int for n in counts):
        raise UnreadableMask("A mask has runs that are no whole numbers.")
    _check_size(size[0], size[1], len(counts))
    if not all(0 <= n <= MOST_SIDE**2 for n in counts):
        raise UnreadableMask("A mask has runs that do not fit its size.")
    return _checked(size[0], size[1], np.array(counts, dtype=np.int64))


def _check_size(height: int, width: int, runs: int) -> None:
    if min(height, width) < 1:
        raise UnreadableMask("A mask does not say its size.")
    if max(height, width) > MOST_SIDE:
        raise _too_large(height, width)
    if runs > MOST_RUNS:
        raise UnreadableMask(f"A mask has {runs:,} runs, which is too many to be drawn.")


def _checked(height: int, width: int, counts: Array) -> Mask:
    _check_size(height, width, len(counts))
    if (counts < 0).any() or counts.sum() != height * width:
        raise UnreadableMask("A mask has runs that do not fit its size.")
    return Mask(height=height, width=width, runs=encoded(counts))


def _belongs(grid: Array) -> Array:
    """Truths and probabilities from a half on; of larger numbers, such as 0 and 255, the upper half."""
    if grid.dtype.kind == "b":
        return grid
    most = np.nanmax(grid) if np.isfinite(grid).all() else 1.0
    inside: Array = grid >= (0.5 if most <= 1 else most / 2)
    return inside


def _of_picture(text: str) -> Mask | None:
    """A picture whose light or opaque pixels belong. Its size is looked at before it is decoded."""
    plain = _DATA_URL.sub("", text)
    if not _BASE64.match(plain):
        return None
    if sentence := missing("PIL", "Reading a mask that is a picture"):
        raise UnreadableMask(sentence)
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(b64decode(plain)))
        if picture.width * picture.height > MOST_PIXELS:
            raise _too_large(picture.height, picture.width)
        return of_bitmap(_belongs(_pixels(picture)))
    except UnreadableMask:
        raise
    except Image.DecompressionBombError as error:
        raise UnreadableMask("A mask is too large to be drawn.") from error
    except (OSError, ValueError, SyntaxError):
        return None


def _pixels(picture: Image) -> Array:
    """Of a picture with holes how opaque it is, else how light."""
    if picture.mode == "P" and "transparency" not in picture.info:
        return np.asarray(picture) > 0
    if "A" in picture.getbands():
        opaque = np.asarray(picture.getchannel("A"))
        if opaque.min() < opaque.max():
            return opaque
    return np.asarray(picture.convert("L"))


def _too_large(height: int, width: int) -> UnreadableMask:
    return UnreadableMask(f"A mask of {width:,} × {height:,} pixels is too large to be drawn.")
