"""Pictures for the examples of the models that see."""

import base64
import io
import random
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Colour = tuple[int, int, int]


def as_example(picture: Image.Image, name: str) -> dict[str, str]:
    """The picture as it stands among the examples of a field."""
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file_example(file.getvalue(), f"{name}.png", "image/png")


def file_example(data: bytes, name: str, media_type: str) -> dict[str, str]:
    text = base64.b64encode(data).decode("ascii")
    return {"name": name, "media_type": media_type, "data": text}


def page(
    lines: Sequence[str], *, size: int = 24, ink: Colour = (20, 20, 20), paper: Colour = (250,) * 3
) -> Image.Image:
    """Lines of text on paper, in the typeface that Pillow carries."""
    font = ImageFont.load_default(size)
    step = round(size * 1.5)
    width = max(round(font.getlength(line)) for line in lines)
    picture = Image.new("RGB", (width + 2 * size, step * len(lines) + 2 * size), paper)
    draw = ImageDraw.Draw(picture)
    for row, line in enumerate(lines):
        draw.text((size, size + row * step), line, font=font, fill=ink)
    return picture


def photographed(picture: Image.Image, degrees: float, seed: int) -> Image.Image:
    """Slightly turned, a little blurred, with grain: as from a telephone."""
    turned = picture.rotate(degrees, expand=True, fillcolor=picture.getpixel((0, 0)))
    soft = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.7)), dtype=float)
    grain = np.random.default_rng(seed).normal(0, 5, soft.shape[:2])[:, :, None]
    coarse = (soft + grain).clip(0, 255).astype(np.uint8) // 16 * 16  # keeps the file small
    return Image.fromarray(coarse)


def digit(cells: np.ndarray, side: int = 128, *, light_on_dark: bool = False) -> Image.Image:
    """A digit of 8×8 cells between 0 and 16 as a picture with a margin around it, into which strokes at the edge fade."""
    around = np.pad(cells.reshape(8, 8), 1)
    ink = Image.fromarray((around * 255 / 16).astype(np.uint8))
    inner = ink.resize((side * 15 // 16, side * 15 // 16), Image.Resampling.BICUBIC)
    picture = Image.new("L", (side, side), 0)
    picture.paste(inner, (side // 32, side // 32))
    return picture if light_on_dark else picture.point(lambda value: 255 - value)


def stroked(picture: Image.Image, chance: random.Random) -> Image.Image:
    """A dark digit on light as another pen and another hand might have drawn it."""
    pens = (None, ImageFilter.MinFilter(5), ImageFilter.MaxFilter(5))
    pen = chance.choice(pens)
    thick = picture.filter(pen) if pen else picture
    slant = chance.uniform(-0.15, 0.15)
    shear = (1, slant, -slant * picture.height / 2, 0, 1, 0)
    slanted = thick.transform(picture.size, Image.Transform.AFFINE, shear, fillcolor=255)
    return slanted.rotate(chance.uniform(-10, 10), fillcolor=255)
