"""Uploaded WAV files into samples at 16 kHz, refusing what is none or is too long.

The `wave` module of Python 3.11 knows neither floating point nor the extensible format.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd

import numpy as np
from mlserver.errors import InferenceError

RATE = 16_000
LONGEST_SECONDS = 300
EXTENSIBLE = 0xFFFE  # the code proper stands further down in the header
FEWEST_RATE, MOST_RATE = 4_000, 192_000


@dataclass(frozen=True)
class Format:
    """What the header of a WAV file says."""

    code: int
    channels: int
    rate: int
    bits: int


def recordings(files: list[bytes]) -> list[np.ndarray]:
    return [_recording(file, f"Recording {row}") for row, file in enumerate(files, 1)]


def _recording(file: bytes, name: str) -> np.ndarray:
    """One channel of samples between -1 and 1."""
    found, data = _parts(file, name)
    _check(found, data, name)
    samples = _samples(found, data, name)
    frames = samples[: len(samples) // found.channels * found.channels]
    return _resampled(frames.reshape(-1, found.channels).mean(axis=1), found.rate)


def _parts(file: bytes, name: str) -> tuple[Format, bytes]:
    if file[:4] != b"RIFF" or file[8:12] != b"WAVE":
        raise InferenceError(f"{name} is no WAV file.")
    chunks = dict(_chunks(file))
    if b"fmt " not in chunks or b"data" not in chunks or len(chunks[b"fmt "]) < 16:
        raise InferenceError(f"{name} is a broken WAV file: it has no format or no sound.")
    return _format(chunks[b"fmt "]), chunks[b"data"]


def _chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 12
    while place + 8 <= len(file):
        kind, size = struct.unpack_from("<4sI", file, place)
        yield kind, file[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


def _format(header: bytes) -> Format:
    code, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", header)
    if code == EXTENSIBLE and len(header) >= 26:
        (code,) = struct.unpack_from("<H", header, 24)
    return Format(code, channels, rate, bits)


def _check(found: Format, data: bytes, name: str) -> None:
    if not found.channels or not FEWEST_RATE <= found.rate <= MOST_RATE or not found.bits:
        raise InferenceError(f"{name} is a broken WAV file: its format makes no sense.")
    seconds = len(data) * 8 / (found.bits * found.channels * found.rate)
    if seconds > LONGEST_SECONDS:
        raise InferenceError(
            f"{name} is too long: {seconds:.0f} s, where {LONGEST_SECONDS} s are allowed."
        )
    if seconds == 0:
        raise InferenceError(f"{name} is empty.")


def _samples(found: Format, data: bytes, name: str) -> np.ndarray:
    width = found.bits // 8
    whole = data[: len(data) // width * width] if width else b""
    match found.code, found.bits:
        case (1, 8):
            return np.frombuffer(whole, np.uint8) / 128.0 - 1
        case (1, 16):
            return np.frombuffer(whole, "<i2") / 2.0**15
        case (1, 24):
            return _widened(whole) / 2.0**31
        case (1, 32):
            return np.frombuffer(whole, "<i4") / 2.0**31
        case (3, 32 | 64):
            return np.nan_to_num(np.frombuffer(whole, f"<f{width}").astype(float)).clip(-1, 1)
    raise InferenceError(
        f"{name} is a WAV file of a kind that is not known here "
        f"(format {found.code}, {found.bits} bit): send PCM or floating point."
    )


def _widened(data: bytes) -> np.ndarray:
    """24 bit into the upper three bytes of 32."""
    wide = np.zeros((len(data) // 3, 4), np.uint8)
    wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
    return wide.view("<i4").ravel()


def _resampled(samples: np.ndarray, rate: int) -> np.ndarray:
    if rate == RATE or not len(samples):
        return samples
    from scipy.signal import resample_poly

    common = gcd(rate, RATE)
    return resample_poly(samples, RATE // common, rate // common)
