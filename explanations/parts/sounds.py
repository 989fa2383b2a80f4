"""A sound as stretches that can be silenced; their borders lie where it is quiet."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from explanations.errors import ExplanationFailed
from mds_client.signature import File

# How finely loudness is looked at when a quiet place for a border is looked for.
STEP_SECONDS = 0.02
# A border moves at most by this share of a stretch.
REACH = 0.35
MOST_FRAMES = 50_000_000


@dataclass(frozen=True, kw_only=True)
class Sound:
    """A WAV file of plain samples (PCM), taken apart."""

    channels: int
    sample_bytes: int
    rate: int
    data: bytes

    @classmethod
    def read(cls, value: object) -> Sound:
        """Read a file. Raises ExplanationFailed when it is not a WAV file of plain samples."""
        try:
            if not isinstance(value, File):
                raise wave.Error("no file")
            with wave.open(io.BytesIO(value.data)) as wav:
                channels, width, rate = wav.getparams()[:3]
                data = wav.readframes(min(wav.getnframes(), MOST_FRAMES))
            if not data or not rate:
                raise wave.Error("no samples")
        except (wave.Error, EOFError) as error:
            raise ExplanationFailed(
                "Only sounds in uncompressed WAV files can be explained.",
                advice="Convert the file to WAV (PCM) and ask again.",
                detail=str(error),
            ) from error
        size = channels * width
        complete = data[: len(data) // size * size]
        return cls(channels=channels, sample_bytes=width, rate=rate, data=complete)

    @property
    def frames(self) -> int:
        """How many samples there are in each channel."""
        return len(self.data) // self._frame_bytes

    @property
    def seconds(self) -> float:
        return self.frames / self.rate

    def silenced(self, start: int, end: int) -> Sound:
        """The same with silence from one frame to another."""
        size = self._frame_bytes
        # In WAV files samples of one byte are unsigned: silence is in their middle.
        zero = b"\x80" if self.sample_bytes == 1 else b"\x00"
        quiet = zero * ((end - start) * size)
        return replace(self, data=self.data[: start * size] + quiet + self.data[end * size :])

    def between(self, start: float, end: float) -> Sound:
        """Only what is heard from one second to another."""
        size = self._frame_bytes
        first, last = round(start * self.rate), round(end * self.rate)
        return replace(self, data=self.data[first * size : last * size])

    def file(self) -> File:
        """As a WAV file again."""
        stream = io.BytesIO()
        with wave.open(stream, "wb") as wav:
            wav.setnchannels(self.channels)
            wav.setsampwidth(self.sample_bytes)
            wav.setframerate(self.rate)
            wav.writeframes(self.data)
        return File(name="part.wav", media_type="audio/wav", data=stream.getvalue())

    def stretches(self, start: int, end: int, count: int) -> Iterator[tuple[int, int]]:
        """So many stretches of frames from `start` to `end`, about equally long, parted where it is quiet."""
        length = (end - start) / count
        borders = [self._quiet(start + length * place, length) for place in range(1, count)]
        yield from zip([start, *borders], [*borders, end], strict=True)

    def _quiet(self, around: float, length: float) -> int:
        """The frame of the quietest place near this one; this one where it is equally loud all around."""
        reach, step = int(length * REACH), self._step
        first, last = (int(around) - reach) // step, -(-(int(around) + reach) // step)
        near = self._loudness[first : last + 1]
        if not reach or not len(near) or near.max() - near.min() <= 0.05 * self._loudness.max():
            return int(around)
        quiet = np.flatnonzero(near <= near.min() + 0.02 * self._loudness.max())
        place = first + min(quiet, key=lambda at: abs(first + at + 0.5 - around / step))
        return int(np.clip((place + 0.5) * step, around - reach, around + reach))

    @cached_property
    def _loudness(self) -> npt.NDArray[np.float64]:
        """The loudest sample of each step, over all channels."""
        values = np.abs(self._samples)
        padded = np.pad(values, (0, -len(values) % self._step))
        return np.asarray(padded.reshape(-1, self._step).max(axis=1), dtype=np.float64)

    @property
    def _samples(self) -> npt.NDArray[np.float64]:
        """The loudest channel at each frame, by the most significant byte of each sample, which is enough here."""
        raw = np.frombuffer(self.data, np.uint8).reshape(-1, self.sample_bytes)
        if self.sample_bytes == 1:
            values = raw[:, 0].astype(float) - 128
        else:
            tops = raw[:, -2:].copy().view("<i2")[:, 0]
            values = tops.astype(float)
        count = len(values) // self.channels * self.channels
        return np.asarray(np.abs(values[:count]).reshape(-1, self.channels).max(axis=1))

    @property
    def _step(self) -> int:
        return max(1, round(self.rate * STEP_SECONDS))

    @property
    def _frame_bytes(self) -> int:
        return self.channels * self.sample_bytes
