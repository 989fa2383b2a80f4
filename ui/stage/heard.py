"""The sound of a case as the audience gets it on their phones: how loud it is, and its beginning in the few bytes of a telephone."""

from __future__ import annotations

import base64
import io
import math
import wave
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from mds_client.signature import File
from ui.cases.opened import Opened
from ui.sound import samples

_RATE = 8_000  # a second, of one byte each
_LONGEST = 12  # seconds: what is on the stage is read anew by every phone every two seconds
_BARS = 64


@dataclass(frozen=True, kw_only=True)
class Heard:
    """`sound` is a WAV in base64 of the first seconds; `peaks` are how loud the stretches of all `seconds` are, in percent of the
    loudest."""

    sound: str = ""
    peaks: tuple[int, ...] = ()
    seconds: float = 0.0


def small(shown: Opened) -> Heard:
    """Of the first sound of the case; empty where there is none, it was not kept, it is sensitive, or no WAV."""
    for value in shown.values.values():
        if isinstance(value, File) and value.media_type.startswith("audio"):
            return _small(value.data)
    return Heard()


@st.cache_data(max_entries=50, show_spinner=False)
def _small(data: bytes) -> Heard:
    sound = samples(data)
    if sound is None:
        return Heard()
    loud = np.array([part.max(initial=0.0) for part in np.array_split(np.abs(sound.values), _BARS)])
    most = float(loud.max()) or 1.0
    return Heard(
        sound=base64.b64encode(_telephone(sound.values / most, sound.rate)).decode("ascii"),
        peaks=tuple(round(100 * each) for each in (loud / most).tolist()),
        seconds=round(sound.seconds, 3),
    )


def _telephone(values: npt.NDArray[np.float64], rate: int) -> bytes:
    """The first seconds as a WAV of eight bits: each sample is the mean of as many as it stands for."""
    step = math.ceil(rate / _RATE)
    first = values[: _LONGEST * rate]
    first = first[: max(len(first) // step, 1) * step] if len(first) >= step else first.repeat(step)
    means = first.reshape(-1, step).mean(axis=1)
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(max(rate // step, 1))
        file.writeframes((means * 127 + 128).round().clip(0, 255).astype(np.uint8).tobytes())
    return written.getvalue()
