"""Which stretches of a sound carry the answer: each is silenced once."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from dataclasses import dataclass, replace

from explanations.contract import Budget, Explanation, Kind, Question, Scope
from explanations.errors import ExplanationFailed
from explanations.occluding import Part, has_one, occlude, the_field
from mds_client.signature import File, Signature

NAME = "occlusion_audio"
TITLE = "Which moments matter"
KIND: Kind = "segments"
SCOPE: Scope = "case"
SLICES = 12
SHORTEST_SECONDS = 0.1


def describe() -> str:
    return "How much the answer changes when a stretch of the sound is silenced."


def suits(signature: Signature) -> bool:
    return has_one(signature, "audio")


def cost(signature: Signature) -> Budget:
    return Budget(rows=SLICES + 2, calls=SLICES + 4, seconds=60)


def explain(question: Question) -> Explanation:
    field = the_field(question.signature, "audio")
    sound = Sound.read(question.values[field.name])
    return occlude(
        *(question, field, list(_parts(sound))),
        whole=question.values[field.name],
        nothing=sound.silenced(0, sound.frames).file(),
    )


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
                data = wav.readframes(wav.getnframes())
                channels, width, rate = wav.getparams()[:3]
        except (wave.Error, EOFError) as error:
            raise ExplanationFailed(
                "Only sounds in uncompressed WAV files can be explained.",
                advice="Convert the file to WAV (PCM) and ask again.",
                detail=str(error),
            ) from error
        return cls(channels=channels, sample_bytes=width, rate=rate, data=data)

    @property
    def frames(self) -> int:
        """How many samples there are in each channel."""
        return len(self.data) // self._frame_bytes

    def silenced(self, start: int, end: int) -> Sound:
        """The same with silence from one frame to another."""
        size = self._frame_bytes
        # In WAV files samples of one byte are unsigned: silence is in their middle.
        zero = b"\x80" if self.sample_bytes == 1 else b"\x00"
        quiet = zero * ((end - start) * size)
        return replace(self, data=self.data[: start * size] + quiet + self.data[end * size :])

    def file(self) -> File:
        """As a WAV file again."""
        stream = io.BytesIO()
        with wave.open(stream, "wb") as wav:
            wav.setnchannels(self.channels)
            wav.setsampwidth(self.sample_bytes)
            wav.setframerate(self.rate)
            wav.writeframes(self.data)
        return File(name="part.wav", media_type="audio/wav", data=stream.getvalue())

    @property
    def _frame_bytes(self) -> int:
        return self.channels * self.sample_bytes


def _parts(sound: Sound) -> Iterator[Part]:
    seconds = sound.frames / sound.rate
    slices = min(SLICES, max(1, int(seconds / SHORTEST_SECONDS)))
    for place in range(slices):
        start, end = place * sound.frames // slices, (place + 1) * sound.frames // slices
        span = (round(start / sound.rate, 3), round(end / sound.rate, 3))
        yield Part(
            title=f"{span[0]:.1f} to {span[1]:.1f} seconds",
            span=span,
            without=sound.silenced(start, end).file(),
        )
