"""Pictures and sounds as a few hundred numbers in which like ones are near each other, kept with their cases.

A picture is its brightness in 16 x 16 places, and how its outlines run (histograms of oriented gradients; Dalal and Triggs,
2005) in 4 x 4 places. A sound is the mean and the spread of its log-mel spectrum (Davis and Mermelstein, 1980: 40 bands up to
8 kHz, of the first half minute), and how long it is. Each number is rounded to one of 256 steps.
"""

from __future__ import annotations

import functools
import io
import math
import warnings
import wave
from base64 import b64decode, b64encode
from collections.abc import Mapping

import numpy as np
from PIL import Image

from health.outliers.nearest import Floats
from mds_client.signature import File

PICTURE, SOUND = "picture", "sound"
_SIDE, _GREY, _CELLS, _ANGLES = 64, 16, 4, 9
_MOST_PIXELS = 50_000_000
_BANDS, _HIGHEST, _SECONDS, _WINDOW, _HOP = 40, 8_000.0, 30, 0.025, 0.010
_LOWEST_DB, _DECIBELS, _SPREAD_DB = -100.0, 140.0, 40.0
# What one step of each part counts: a quarter of all brightness, or 10 dB in every band, is about 1 from each other.
_SCALES: Mapping[str, Floats] = {
    PICTURE: np.r_[np.full(_GREY**2, 0.25), np.full(_CELLS**2 * _ANGLES, 1.5)],
    SOUND: np.r_[np.full(_BANDS, 2.2), np.full(_BANDS, 1.25), 4.0],
}


class Features(str):
    """The numbers of a picture or a sound as a case keeps them: what it is, and a byte each in base64."""

    __slots__ = ()

    @property
    def kind(self) -> str:
        """PICTURE or SOUND."""
        return self.partition(":")[0]

    def vector(self) -> Floats:
        """The numbers, scaled so that each part counts."""
        steps = np.frombuffer(b64decode(self.partition(":")[2]), dtype=np.uint8)
        found: Floats = steps / 255.0 * _SCALES[self.kind]
        return found


def features_of(file: File) -> Features | None:
    """The numbers of a picture that Pillow reads, or of a WAV file of plain samples; None for any other file."""
    for kind, read in ((SOUND, _sound), (PICTURE, _picture)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)
                found = read(file.data)
        except (
            OSError,
            EOFError,
            ValueError,
            SyntaxError,
            wave.Error,
            Image.DecompressionBombError,
        ):
            continue
        steps = np.clip(np.nan_to_num(found) * 255.0, 0, 255).round().astype(np.uint8)
        return Features(f"{kind}:{b64encode(steps.tobytes()).decode()}")
    return None


def _picture(data: bytes) -> Floats:
    opened = Image.open(io.BytesIO(data))
    if opened.width * opened.height > _MOST_PIXELS:
        raise ValueError("too many pixels")
    opened.draft("L", (4 * _SIDE, 4 * _SIDE))  # a JPEG need not be decoded as a whole
    grey = _grey(opened)
    shrunk = grey.resize(
        (_SIDE, _SIDE),
        Image.Resampling.BOX if min(grey.size) >= _SIDE else Image.Resampling.BILINEAR,
    )
    places = np.asarray(shrunk, dtype=float)
    coarse = places.reshape(_GREY, _SIDE // _GREY, _GREY, _SIDE // _GREY).mean(axis=(1, 3))
    found: Floats = np.r_[coarse.ravel() / 255.0, _outlines(places)]
    return found


def _grey(picture: Image.Image) -> Image.Image:
    """Eight bits of grey; what is transparent lies on white."""
    if picture.mode.startswith(("I", "F")):
        values = np.asarray(picture, dtype=float)
        white = next((w for w in (1.0, 255.0, 4095.0, 65535.0) if values.max() <= w), values.max())
        return Image.fromarray((values / white * 255).clip(0, 255).astype(np.uint8))
    if "A" in picture.getbands() or "transparency" in picture.info:
        paper = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(paper, picture.convert("RGBA")).convert("L")
    return picture.convert("L")


def _outlines(places: Floats) -> Floats:
    """Histograms of oriented gradients, together of length 1."""
    down, across = np.gradient(places)
    angles = (np.arctan2(down, across) % math.pi / math.pi * _ANGLES).astype(int) % _ANGLES
    rows, columns = np.indices(places.shape) * _CELLS // _SIDE
    bins = (rows * _CELLS + columns) * _ANGLES + angles
    strength = np.hypot(down, across)
    found: Floats = np.bincount(
        bins.ravel(), strength.ravel(), minlength=_CELLS**2 * _ANGLES
    ).astype(float)
    length = float(np.linalg.norm(found))
    return found / length if length else found


def _sound(data: bytes) -> Floats:
    with wave.open(io.BytesIO(data)) as file:
        width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
        frames = file.getnframes()
        raw = file.readframes(min(frames, _SECONDS * rate))
    samples = _samples(raw, width)[::channels]
    size, hop = int(_WINDOW * rate), int(_HOP * rate)
    if size < 2 or hop < 1 or len(samples) < size:
        raise ValueError("too short")
    windows = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
    power = np.abs(np.fft.rfft(windows * np.hanning(size), axis=1)) ** 2 / size
    decibels = 10.0 * np.log10(power @ _mel(size, rate).T + 1e-10)
    mean = (decibels.mean(axis=0) - _LOWEST_DB) / _DECIBELS
    length = math.log1p(frames / rate) / math.log1p(3_600)
    found: Floats = np.r_[mean, decibels.std(axis=0) / _SPREAD_DB, length]
    return found


def _samples(raw: bytes, width: int) -> Floats:
    """Samples from -1 to 1."""
    raw = raw[: len(raw) // width * width]
    if width == 1:
        return np.frombuffer(raw, np.uint8).astype(float) / 128.0 - 1.0
    # The highest bytes say nearly all: of 24 bits the upper 16.
    places = np.frombuffer(raw, np.uint8).reshape(-1, width)[:, -2:]
    return np.ascontiguousarray(places).view("<i2").ravel() / 32_768.0


@functools.lru_cache(maxsize=8)
def _mel(size: int, rate: int) -> Floats:
    """Triangles (bands, frequencies) evenly apart in mel, 2595 log10(1 + f / 700)."""
    top = 2_595.0 * math.log10(1.0 + _HIGHEST / 700.0)
    edges = 700.0 * (10.0 ** (np.linspace(0.0, top, _BANDS + 2) / 2_595.0) - 1.0)
    frequencies = np.fft.rfftfreq(size, 1.0 / rate)
    low, middle, high = (edges[i : i + _BANDS, None] for i in range(3))
    rising = (frequencies - low) / (middle - low)
    falling = (high - frequencies) / (high - middle)
    return np.maximum(0.0, np.minimum(rising, falling))
