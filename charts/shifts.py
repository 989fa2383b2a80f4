"""How far each field has moved: bars, with a line from which on it is worth a look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plotly.graph_objects import Bar, Figure

from charts.layout import CLEAR, finished, in_two_lines
from charts.palette import AGAINST, REST

_MOST = 12


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A field: its title, how far it moved, and whether that is more than chance and enough to matter."""

    name: str
    title: str
    size: float
    is_flagged: bool


def figure(shifts: Sequence[Shift], line: float) -> Figure:
    """Horizontal bars, the largest above; flagged ones are orange, and their number is bold."""
    shown = shifts[:_MOST]
    most = max((shift.size for shift in shown), default=0.0)
    reach = max(most * 1.2, line * 1.5)
    drawn = Figure()
    drawn.add_trace(_buttons(shown, reach))
    drawn.add_trace(
        Bar(
            x=[shift.size for shift in shown],
            y=[in_two_lines(shift.title) for shift in shown],
            orientation="h",
            marker_color=[AGAINST if shift.is_flagged else REST for shift in shown],
            text=[_number(shift) for shift in shown],
            textposition="outside",
            textfont_size=14,
            cliponaxis=False,
            customdata=[shift.name for shift in shown],
            hoverinfo="none",  # with `skip` it could not be pressed
        )
    )
    finished(drawn, height=max(150, 40 * len(shown) + 60), barmode="overlay")
    drawn.add_vline(x=line, line={"color": REST, "width": 1.5, "dash": "dash"})
    drawn.update_xaxes(
        range=[0, reach], tickmode="array", tickvals=[line], showgrid=False,
        ticktext=[f"{line:.2f} worth a look"], tickfont_size=14,
    )  # fmt: skip
    drawn.update_yaxes(autorange="reversed", automargin=True, tickfont_size=14)
    return drawn


def _buttons(shown: Sequence[Shift], reach: float) -> Bar:
    """A bar without colour behind each, over the whole width: a field that hardly moved can be pressed as well."""
    return Bar(
        x=[reach] * len(shown),
        y=[in_two_lines(shift.title) for shift in shown],
        orientation="h",
        marker_color=CLEAR,
        customdata=[shift.name for shift in shown],
        hoverinfo="none",
    )


def alt_text(shifts: Sequence[Shift]) -> str:
    """The bars in a sentence."""
    listed = ", ".join(f"{shift.title} {shift.size:.2f}" for shift in shifts[:_MOST])
    return f"Bar chart of how far each field moved: {listed}."


def _number(shift: Shift) -> str:
    return f"<b>{shift.size:.2f}</b>" if shift.is_flagged else f"{shift.size:.2f}"
