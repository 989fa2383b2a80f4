"""Speech: where somebody speaks in a recording, found by Silero VAD."""

import io
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from drawing import file_example
from repository import Model
from vocabulary import Tensor, file_input, output

DATA = Path(__file__).resolve().parent.parent / "data"
RATE = 8_000
MEDIA_TYPES = ("audio/wav", "audio/x-wav")


def models() -> Iterator[Model]:
    yield Model(
        name="speech",
        implementation="runtimes.speech.SpeechRuntime",
        inputs=(recording(),),
        outputs=tuple(outputs()),
    )


def recording() -> Tensor:
    return file_input(
        "audio",
        "audio",
        MEDIA_TYPES,
        list(examples()),
        label="Recording",
        description="A WAV file of at most five minutes: PCM or floating point, any sampling rate.",
    )


def examples() -> Iterator[dict[str, str]]:
    """Speech, silence, speech; noise alone; speech in noise; a chord, which is no speech."""
    parcel, thanks = spoken("parcel"), spoken("thanks")
    yield example(np.concatenate([parcel, silence(1.5), thanks]), "two speakers with a pause")
    yield example(noise(2.0, 0.05), "noise")
    yield example(thanks + noise(len(thanks) / RATE, 0.02), "speech in noise")
    yield example(chord(2.0), "chord")


def spoken(name: str) -> np.ndarray:
    with wave.open(str(DATA / f"{name}.wav")) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 2.0**15


def silence(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE))


def noise(seconds: float, loudness: float) -> np.ndarray:
    return np.random.default_rng(7).normal(0, loudness, round(seconds * RATE))


def chord(seconds: float) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    tones = [np.sin(2 * np.pi * pitch * time) for pitch in (261.6, 329.6, 392.0)]
    return 0.15 * np.sum(tones, axis=0)


def example(samples: np.ndarray, name: str) -> dict[str, str]:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, RATE, 0, "NONE", ""))
        sound.writeframes((samples.clip(-1, 1) * 32767).round().astype("<i2").tobytes())
    return file_example(file.getvalue(), f"{name}.wav", MEDIA_TYPES[0])


def outputs() -> Iterator[Tensor]:
    yield output(
        "segments",
        "BYTES",
        "segments",
        question="Where in the recording does somebody speak?",
        title="Speech in recordings",
        label="Speech",
    )
    yield output("seconds", "FP64", "number", label="Speech in all", unit="s")
    yield output(
        "score",
        "FP64",
        "score",
        label="Highest chance of speech",
        description="The largest chance of speech in any 32 milliseconds of the recording.",
    )
