"""A recording as a waveform, with stretches of it shaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from plotly.graph_objects import Figure, Scatter

from charts.layout import finished, shortened
from charts.palette import AGAINST, FOR, REST

_POINTS = 800
# The words of so many stretches stand above them, no two closer than this share of the sound.
# As many as the sentence beside it names, and no others; those that lie too close together have one above them.
_MOST_WORDS, _APART = 5, 0.14
_NUMBERS_APART = 0.03
_MOST_DIGITS = 3
_NEAR_END = 0.12  # share of the sound: half of the longest words on a narrow figure
_HEIGHT, _HEIGHT_FROM_AFAR = 170, 120  # pixels
Segments = Sequence[tuple[float, float]]


class Amount(NamedTuple):
    """How much a stretch, from `start` to `end` in seconds, speaks for the answer, and that in words."""

    start: float
    end: float
    amount: float
    words: str = ""


def figure(
    values: npt.NDArray[np.float64],
    rate: int,
    *,
    segments: Segments = (),
    amounts: Sequence[Amount | tuple[float, float, float]] = (),
) -> Figure:
    """Loudness over time. `segments` are (start, end) in seconds, numbered where there are several. Of the `amounts` blue speaks
    for the answer, orange against it; the strongest have their words above them, all have them beside the pointer."""
    times, peaks = _envelope(values, rate)
    line = Scatter(
        x=np.concatenate([times, times[::-1]]), y=np.concatenate([peaks, -peaks[::-1]]),
        fill="toself", mode="lines", line={"color": REST, "width": 1}, hoverinfo="skip",
    )  # fmt: skip
    drawn = finished(Figure(line), height=_HEIGHT)
    seconds = max(len(values) / rate, 0.001)
    for start, end in segments:
        drawn.add_vrect(x0=start, x1=end, fillcolor=FOR, opacity=0.3, line_width=0)
    if len(segments) > 1:
        _number(drawn, segments, seconds)
    _shade(drawn, [Amount(*each) for each in amounts], seconds)
    drawn.update_xaxes(title="seconds", range=[0, seconds], showgrid=False)
    drawn.update_yaxes(visible=False)
    return drawn


def from_afar(drawn: Figure) -> Figure:
    """A waveform for a stage: two of them and large words fit on it, as the numbers of the axis have the unit, and no line stands below."""
    drawn.update_layout(height=_HEIGHT_FROM_AFAR, margin_t=34)
    drawn.update_xaxes(title=None, ticksuffix=" s")
    return drawn


def _number(drawn: Figure, segments: Segments, seconds: float) -> None:
    """Count the segments above them; of those that lie too close together the first has its number."""
    last = -seconds
    for number, (start, end) in enumerate(segments, start=1):
        middle = (start + end) / 2
        if middle - last >= _NUMBERS_APART * seconds:
            _write(drawn, Amount(start, end, 0.0, str(number)), seconds)
            last = middle


def alt_text(seconds: float, segments: Segments) -> str:
    """The shaded stretches in a sentence."""
    if not segments:
        return f"Waveform of a recording of {seconds:.1f} s; nothing is marked."
    listing = ", ".join(f"{start:.1f} to {end:.1f} s" for start, end in segments)
    return f"Waveform of a recording of {seconds:.1f} s; marked from {listing}."


def _shade(drawn: Figure, amounts: Sequence[Amount], seconds: float) -> None:
    most = max((abs(each.amount) for each in amounts), default=0.0) or 1.0
    for each in amounts:
        color, strength = FOR if each.amount > 0 else AGAINST, abs(each.amount) / most
        drawn.add_vrect(
            x0=each.start, x1=each.end, fillcolor=color, opacity=0.6 * strength, line_width=0
        )
    for each in _worth_words(amounts, most, seconds):
        _write(drawn, each, seconds)
    if any(each.words for each in amounts):
        drawn.add_trace(_pointed_at(amounts))


def _worth_words(amounts: Sequence[Amount], most: float, seconds: float) -> list[Amount]:
    chosen: list[Amount] = []
    for each in sorted(amounts, key=lambda each: -abs(each.amount))[:_MOST_WORDS]:
        is_free = all(abs(_middle(each) - _middle(one)) >= _APART * seconds for one in chosen)
        if each.words and is_free and abs(each.amount) >= 0.1 * most:
            chosen.append(each)
    return chosen


def _middle(each: Amount) -> float:
    return (each.start + each.end) / 2


def _write(drawn: Figure, each: Amount, seconds: float) -> None:
    """The words over the middle of the stretch; near an end of the sound they begin or end with it, as they would be cut there."""
    place, anchor = _middle(each), "center"
    near = _NEAR_END * seconds if len(each.words) > _MOST_DIGITS else 0.0  # a number fits anywhere
    if place < near:
        place, anchor = max(each.start, 0.0), "left"
    elif place > seconds - near:
        place, anchor = min(each.end, seconds), "right"
    drawn.add_annotation(
        x=place, xanchor=anchor, y=1, yref="paper", yanchor="bottom", showarrow=False,
        text=shortened(each.words, 16), font={"size": 14},
    )  # fmt: skip
    drawn.update_layout(margin_t=26)


def _pointed_at(amounts: Sequence[Amount]) -> Scatter:
    """Nothing to see, but the words of each stretch where the pointer is."""
    return Scatter(
        x=[_middle(each) for each in amounts], y=[0.0] * len(amounts),
        mode="markers", marker={"opacity": 0, "size": 24},
        text=[
            shortened(f"{each.start:.2f} to {each.end:.2f} s: {each.words}", 80) for each in amounts
        ],
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip


def _envelope(
    values: npt.NDArray[np.float64], rate: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The loudest sample of each of a few hundred slices, with the slice's time in seconds."""
    slices = np.array_split(np.abs(values), min(_POINTS, max(len(values), 1)))
    peaks = np.array([part.max(initial=0.0) for part in slices])
    return np.linspace(0, len(values) / rate, len(peaks)), peaks
