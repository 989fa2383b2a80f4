"""A sheet to draw a picture on, for models that take a small grey one. The uploader beside it gets what is drawn."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, UnidentifiedImageError

from mds_client.codecs.pixels import pixels_of
from mds_client.signature import Field, File
from mds_client.signature.datatypes import Array
from ui import scripts
from ui.fields._widget_state import kept, own

_MOST = 160  # pixels on a side of what is drawn by hand
_DARK = 128  # a picture that is darker than this on average has light strokes
_STYLE = """
.sheet { position: relative; width: 176px; max-width: 100%; aspect-ratio: 1; border-radius: 8px; overflow: hidden;
  border: 1px solid var(--st-border-color); }
canvas { display: block; width: 100%; height: 100%; touch-action: none; cursor: crosshair; }
.hint { position: absolute; inset: 0; display: grid; place-content: center; font-size: .875rem; color: #4b5263; pointer-events: none; }
.sheet.dark .hint { color: #c3cbd9; }
.hint[hidden] { display: none; }
.bar { display: flex; gap: .5rem; padding-top: .5rem; }
button { font: inherit; font-size: .875rem; color: inherit; padding: .3rem .6rem; border-radius: .5rem; min-height: 2rem; cursor: pointer;
  border: 1px solid var(--st-border-color); background: var(--st-background-color); }
button:disabled { opacity: .5; cursor: default; }
button:hover:enabled { border-color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); }
output { display: block; font-size: .875rem; }
output:not(:empty) { padding-top: .25rem; }
"""


def suits(field: Field, key: str) -> bool:
    """Whether what the field takes can be drawn by hand: its examples are small and grey, or its numbers are."""
    if pixels := pixels_of(field):
        sides = (pixels.height, pixels.width)
        return pixels.colours == 1 and all(0 < side <= _MOST for side in sides)
    if field.kind != "image" or (field.media_types and "image/png" not in field.media_types):
        return False
    return kept(own(key, "can draw"), lambda: _is_small_and_grey(field.examples[:1]))


def draw(field: Field, key: str, opened: object) -> None:
    """The sheet; its strokes are light where those of the picture that the form opened with are."""
    is_light = kept(own(key, "is light"), lambda: _is_dark(_pixels(field, opened)))
    data = {"label": f"Drawing of {field.title}", "isLight": is_light}
    scripts.run("draw", own(key, "sheet"), data, style=_STYLE)


def _is_small_and_grey(examples: tuple[object, ...]) -> bool:
    for example in examples:
        picture = _opened(example)
        if picture is None or max(picture.size) > _MOST:
            return False
        colours = np.asarray(picture.convert("RGB"), dtype=int)
        return bool((np.ptp(colours, axis=2) <= 8).all())
    return False


def _pixels(field: Field, opened: object) -> Array | None:
    """The brightness of what the form opened with, 0 to 255."""
    if encoding := pixels_of(field):
        return None if opened is None else encoding.picture(opened)
    picture = _opened(opened)
    return (
        None if picture is None or max(picture.size) > _MOST else np.asarray(picture.convert("L"))
    )


def _is_dark(pixels: Array | None) -> bool:
    return pixels is not None and float(pixels.mean()) < _DARK


def _opened(value: object) -> Image.Image | None:
    """The picture, which is not decoded yet."""
    if not isinstance(value, File):
        return None
    try:
        return Image.open(io.BytesIO(value.data))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
