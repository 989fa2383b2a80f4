"""Uploaded bytes into pictures, refusing what is none or would fill the memory."""

import io

import numpy as np
from mlserver.errors import InferenceError
from PIL import ExifTags, Image, ImageOps

FORMATS = ("PNG", "JPEG")
MEDIA_TYPES = ("image/png", "image/jpeg")
WHITES = (2**8 - 1, 2**10 - 1, 2**12 - 1, 2**16 - 1)
MOST_PIXELS = 25_000_000


def pictures(files: list[bytes]) -> list[Image.Image]:
    return [_picture(file, f"Picture {row}") for row, file in enumerate(files, 1)]


def as_stored(points: np.ndarray, size: tuple[int, int], file: bytes) -> np.ndarray:
    """Where points of the upright picture, of this size, are in the file's own pixels: a camera may say that it is turned."""
    across, down = (points / size).T
    turn = Image.open(io.BytesIO(file), formats=FORMATS).getexif().get(ExifTags.Base.Orientation, 1)
    left, top = {
        2: (1 - across, down),
        3: (1 - across, 1 - down),
        4: (across, 1 - down),
        5: (down, across),
        6: (down, 1 - across),
        7: (1 - down, 1 - across),
        8: (1 - down, across),
    }.get(turn, (across, down))
    width, height = size[::-1] if turn in (5, 6, 7, 8) else size
    return np.column_stack([left * width, top * height])


def _picture(file: bytes, name: str) -> Image.Image:
    """The picture upright and without transparency, in colour or grey."""
    try:
        picture = Image.open(io.BytesIO(file), formats=FORMATS)
        _check_size(picture, name)
        return _on_white(_in_eight_bits(ImageOps.exif_transpose(picture)))
    except InferenceError:
        raise
    except Image.DecompressionBombError:
        raise InferenceError(f"{name} is too large.") from None
    except Exception:  # Pillow raises a dozen kinds of error on broken files
        raise InferenceError(f"{name} cannot be read as a PNG or JPEG image.") from None


def _check_size(picture: Image.Image, name: str) -> None:
    """Known from the header, before anything is unpacked."""
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise InferenceError(
            f"{name} is too large: {width} × {height} pixels, "
            f"where {MOST_PIXELS // 1_000_000} million are allowed."
        )


def _in_eight_bits(picture: Image.Image) -> Image.Image:
    """Grey of up to 16 bits: the fewest bits that hold the brightest pixel make it white."""
    if not picture.mode.startswith("I"):
        return picture
    values = np.asarray(picture, dtype=float)
    white = next((one for one in WHITES if values.max() <= one), values.max())
    return Image.fromarray((values * (255 / white)).round().clip(0, 255).astype(np.uint8))


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer).convert("RGB")
