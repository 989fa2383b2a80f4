"""Stretches of a recording, on its waveform; each can be heard."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from charts import waveform
from explanations.errors import ExplanationFailed
from explanations.parts.sounds import Sound
from mds_client.prediction import Answer
from mds_client.signature import File, Signature, Values
from ui.figure import FROM_AFAR, draw_figure
from ui.sound import samples
from ui.text import plain

KINDS = ("segments",)
_MOST = 20
_AT_ONCE = 5  # more players than these are put away
_LONGEST = 120.0  # seconds
Numbered = Sequence[tuple[int, tuple[float, float]]]


def draw_still(answer: Answer, values: Values, _signature: Signature) -> None:
    """What was found in one big line, and where, for people who only look."""
    st.header(plain(answer.headline), anchor=False)
    for value in values.values():
        if isinstance(value, File):
            _draw_waveform(value, answer, is_still=True)


def draw(answer: Answer, values: Values, _signature: Signature) -> None:
    """What was found in one big line, then where, numbered as on the waveform."""
    st.header(plain(answer.headline), anchor=False)
    sound = None
    for value in values.values():
        if isinstance(value, File):
            _draw_waveform(value, answer)
            sound = sound or _readable(value)
    numbered = list(enumerate(answer.segments[:_MOST], start=1))
    _draw_listed(numbered[:_AT_ONCE], sound)
    if rest := numbered[_AT_ONCE:]:
        with st.expander(f"{len(rest)} more"):
            _draw_listed(rest, sound)
    if len(answer.segments) > _MOST:
        st.caption(f"The first {_MOST} of {len(answer.segments):,} are listed.")


def _draw_waveform(file: File, answer: Answer, *, is_still: bool = False) -> None:
    sound = samples(file.data)
    if sound is not None:
        figure = waveform.figure(sound.values, sound.rate, segments=answer.segments)
        alt = waveform.alt_text(sound.seconds, answer.segments)
        if is_still:
            draw_figure(waveform.from_afar(figure), alt, size=FROM_AFAR)
        else:
            draw_figure(figure, alt)


def _readable(file: File) -> Sound | None:
    """The recording, where stretches can be cut out of it."""
    try:
        return Sound.read(file)
    except ExplanationFailed:
        return None


def _draw_listed(numbered: Numbered, sound: Sound | None) -> None:
    for number, (start, end) in numbered:
        words = f"**{number}** from {start:.2f} s to {end:.2f} s"
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(words, width=180)
            if sound and (heard := _part(sound, start, end)):
                st.audio(heard, format="audio/wav", width=260, alt=f"Segment {number}")


def _part(sound: Sound, start: float, end: float) -> bytes:
    """What is heard then; empty for what is no part of the sound, or too long for a player of its own.

    Streamlit 1.67 starts a player at whole seconds only, so that a stretch is a sound of its own.
    """
    first, last = max(start, 0.0), min(end, sound.seconds)
    if not 0 < last - first <= _LONGEST:  # neither for what is no number
        return b""
    part = sound.between(first, last)
    return part.file().data if part.data else b""
