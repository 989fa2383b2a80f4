"""Stretches of a recording, on its waveform."""

from __future__ import annotations

import streamlit as st

from charts import waveform
from mds_client.prediction import Answer
from mds_client.signature import File, Signature, Values
from ui.figure import draw_figure
from ui.sound import samples
from ui.text import plain

KINDS = ("segments",)


def draw(answer: Answer, values: Values, _signature: Signature) -> None:
    """What was found in one big line, then where."""
    st.header(plain(answer.headline), anchor=False)
    for value in values.values():
        if isinstance(value, File):
            _draw_waveform(value, answer)
    for start, end in answer.segments[:20]:
        st.markdown(f"- from {start:.2f} s to {end:.2f} s")


def _draw_waveform(file: File, answer: Answer) -> None:
    sound = samples(file.data)
    if sound is not None:
        figure = waveform.figure(sound.values, sound.rate, segments=answer.segments)
        draw_figure(figure, waveform.alt_text(sound.seconds, answer.segments))
