"""A picture of one digit, of any size and colour, into the 8×8 grid that the classifier knows."""

import numpy as np
from PIL import Image, ImageOps

SIDE = 8
INK = 16.0  # the darkest value of a cell in scikit-learn's digits


def grid(picture: Image.Image) -> np.ndarray:
    """64 numbers between 0 (paper) and 16 (ink), the digit as high as the grid."""
    ink = _ink(picture)
    box = _box(ink)
    if box is None:
        return np.zeros(SIDE * SIDE)
    digit = Image.fromarray(ink).crop(box)
    fitted = ImageOps.contain(digit, (SIDE * 8, SIDE * 8), Image.Resampling.BILINEAR)
    square = ImageOps.pad(fitted, (SIDE * 8, SIDE * 8), color=0)
    cells = np.asarray(square.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=float)
    return (cells * INK / 255).ravel()


def _ink(picture: Image.Image) -> np.ndarray:
    """Light strokes on black, whichever way round the picture was, with all the contrast."""
    picture.thumbnail((256, 256))
    grey = np.asarray(picture.convert("L"), dtype=float)
    if np.median(_edge(grey)) > (grey.min() + grey.max()) / 2:
        grey = 255 - grey
    grey -= np.median(_edge(grey))
    contrast = grey.max()
    return np.clip(grey * 255 / contrast if contrast > 20 else grey * 0, 0, 255).astype(np.uint8)


def _edge(grey: np.ndarray) -> np.ndarray:
    return np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])


def _box(ink: np.ndarray) -> tuple[int, int, int, int] | None:
    """Where the ink is, faint smears aside."""
    return Image.fromarray((ink > 60).astype(np.uint8) * 255).getbbox()
