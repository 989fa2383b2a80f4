"""Reads the samples of a WAV file for drawing."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_MOST_FRAMES = 20_000_000


@dataclass(frozen=True, kw_only=True)
class Sound:
    """Samples between -1 and 1, one channel, `rate` of them a second."""

    values: npt.NDArray[np.float64]
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.values) / self.rate


def samples(data: bytes) -> Sound | None:
    """The first channel of a PCM WAV; None for any other file."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            raw = file.readframes(min(file.getnframes(), _MOST_FRAMES))
    except (wave.Error, EOFError, ValueError):
        return None
    values = _pcm(raw, width)
    if values is None or rate <= 0 or not len(values):
        return None
    return Sound(values=values[::channels], rate=rate)


def _pcm(raw: bytes, width: int) -> npt.NDArray[np.float64] | None:
    raw = raw[: len(raw) // width * width]
    match width:
        case 1:
            return (np.frombuffer(raw, np.uint8).astype(float) - 128) / 128
        case 2:
            return np.frombuffer(raw, "<i2").astype(float) / 2**15
        case 3:
            triples = np.frombuffer(raw, np.uint8).reshape(-1, 3)
            padded = np.concatenate([np.zeros((len(triples), 1), np.uint8), triples], axis=1)
            return padded.copy().view("<i4").ravel().astype(float) / 2**31
        case 4:
            return np.frombuffer(raw, "<i4").astype(float) / 2**31
    return None
