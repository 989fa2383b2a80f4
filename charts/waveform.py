"""A recording as a waveform, with stretches of it shaded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from plotly.graph_objects import Figure, Scatter

from charts.layout import finished
from charts.palette import AGAINST, FOR, REST

_POINTS = 800
Segments = Sequence[tuple[float, float]]


def figure(
    values: npt.NDArray[np.float64],
    rate: int,
    *,
    segments: Segments = (),
    amounts: Sequence[tuple[float, float, float]] = (),
) -> Figure:
    """Loudness over time. `segments` are (start, end) in seconds; `amounts` are (start, end, amount):
    blue speaks for the answer, orange against it."""
    times, peaks = _envelope(values, rate)
    line = Scatter(
        x=np.concatenate([times, times[::-1]]), y=np.concatenate([peaks, -peaks[::-1]]),
        fill="toself", mode="lines", line={"color": REST, "width": 1}, hoverinfo="skip",
    )  # fmt: skip
    drawn = finished(Figure(line), height=170)
    for start, end in segments:
        drawn.add_vrect(x0=start, x1=end, fillcolor=FOR, opacity=0.3, line_width=0)
    most = max((abs(amount) for _, _, amount in amounts), default=0.0) or 1.0
    for start, end, amount in amounts:
        color, strength = FOR if amount > 0 else AGAINST, abs(amount) / most
        drawn.add_vrect(x0=start, x1=end, fillcolor=color, opacity=0.6 * strength, line_width=0)
    drawn.update_xaxes(title="seconds", range=[0, max(len(values) / rate, 0.001)], showgrid=False)
    drawn.update_yaxes(visible=False)
    return drawn


def alt_text(seconds: float, segments: Segments) -> str:
    """The shaded stretches in a sentence."""
    if not segments:
        return f"Waveform of a recording of {seconds:.1f} s; nothing is marked."
    said = ", ".join(f"{start:.1f} to {end:.1f} s" for start, end in segments)
    return f"Waveform of a recording of {seconds:.1f} s; marked from {said}."


def _envelope(
    values: npt.NDArray[np.float64], rate: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The loudest sample of each of a few hundred slices, with the slice's time in seconds."""
    slices = np.array_split(np.abs(values), min(_POINTS, max(len(values), 1)))
    peaks = np.array([part.max(initial=0.0) for part in slices])
    return np.linspace(0, len(values) / rate, len(peaks)), peaks
