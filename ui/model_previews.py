"""A small real example of what a model takes, as it stands on its card."""

from __future__ import annotations

import base64
import io
from html import escape

import numpy as np
import streamlit as st

from explanations import formatting
from mds_client.signature import Field, File, Signature
from ui.media import preview
from ui.sound import samples

_MOST_FIELDS = 3
_MOST_PICTURES = 5
_MOST_LETTERS = 90
_LONGEST_TITLE = 1_000
_LONGEST_VALUE = 16
_BARS = 48
_PICTURE = (160, 112)


def draw(signature: Signature | None) -> None:
    """One line of it, always as high as that of the next card, so that cards stay in line."""
    st.html(f'<div class="mds-preview">{html(signature)}</div>')


def html(signature: Signature | None) -> str:
    """The example as HTML, every word of it escaped; a sentence where there is none."""
    if signature is None or signature.layout == "unknown":
        return "<span>Name its inputs to get a form</span>"
    for kind, drawn in (("image", _pictures), ("audio", _waveform), ("text", _quote)):
        fields = [f for f in signature.inputs if f.kind == kind and not f.sensitive]
        if fields and (found := drawn(fields[0])):
            return found
    return _values(signature) or "<span>No example</span>"


def _values(signature: Signature) -> str:
    """The first fields with their values, as the form opens."""
    opening = signature.opening
    fields = sorted(
        (f for f in signature.inputs if not f.sensitive and _is_short(f, opening.get(f.name))),
        key=lambda f: f.order or 0,
    )[:_MOST_FIELDS]
    cells = [(field.title, formatting.value(field, opening[field.name])) for field in fields]
    return "".join(
        f'<div title="{escape(f"{t}: {v}", quote=True)}"><span>{escape(t)}</span><b>{escape(v)}</b></div>'
        for t, v in cells
    )


def _is_short(field: Field, value: object) -> bool:
    if value is None or not isinstance(value, str | int | float):
        return False
    return len(formatting.value(field, value)) <= _LONGEST_VALUE


def _quote(field: Field) -> str:
    example = next((e for e in field.examples if isinstance(e, str) and e.strip()), "")
    if not example:
        return ""
    words = formatting.shortened(example, _MOST_LETTERS)
    return f'<q title="{escape(example[:_LONGEST_TITLE], quote=True)}">{escape(words)}</q>'


def _pictures(field: Field) -> str:
    files = [e for e in field.examples[:_MOST_PICTURES] if isinstance(e, File)]
    drawn = [source for file in files if (source := _thumbnail(file.data))]
    return "".join(f'<img src="{source}" alt="">' for source in drawn)


def _waveform(field: Field) -> str:
    file = next((e for e in field.examples if isinstance(e, File)), None)
    heights = _loudness(file.data) if file else ()
    bars = "".join(f'<i style="height:{height}%"></i>' for height in heights)
    return f'<div class="mds-wave">{bars}</div>' if bars else ""


@st.cache_data(max_entries=500, show_spinner=False)
def _thumbnail(data: bytes) -> str:
    """A picture as the address of itself; empty for what is no picture."""
    picture = preview(data)
    if picture is None:
        return ""
    picture.thumbnail(_PICTURE)
    written = io.BytesIO()
    picture.save(written, "PNG")
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"


@st.cache_data(max_entries=100, show_spinner=False)
def _loudness(data: bytes) -> tuple[int, ...]:
    """How loud each stretch of a recording is, in percent of the loudest; none for what cannot be read."""
    sound = samples(data)
    if sound is None or len(sound.values) < _BARS:
        return ()
    peaks = [float(np.abs(part).max()) for part in np.array_split(sound.values, _BARS)]
    most = max(peaks) or 1.0
    return tuple(max(4, round(100 * peak / most)) for peak in peaks)
