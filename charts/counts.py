"""Cases over time, answered and not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from plotly.graph_objects import Bar, Figure

from charts.layout import finished
from charts.palette import AGAINST, FOR

_MARGIN = timedelta(hours=16)
_LEAST_DAYS = 7  # that are shown, however few of them have cases


def figure(starts: Sequence[datetime], answered: Sequence[int], errors: Sequence[int]) -> Figure:
    """Stacked bars: blue were answered, orange were not; from the first day with cases on."""
    days = [start.date().isoformat() for start in starts]
    drawn = Figure([
        Bar(x=list(starts), y=list(answered), marker_color=FOR, name="answered", customdata=days),
        Bar(x=list(starts), y=list(errors), marker_color=AGAINST, name="not answered", customdata=days),
    ])  # fmt: skip
    finished(drawn, height=240, barmode="stack")
    drawn.update_layout(
        showlegend=True,
        legend={
            "orientation": "h",
            "y": 1.15,
            "x": 0,
            "font": {"size": 14},
            "traceorder": "normal",
        },
    )
    if starts:
        drawn.update_xaxes(
            range=[starts[_first(answered, errors)] - _MARGIN, starts[-1] + _MARGIN], tickformat="%-d %b", nticks=8, tickfont_size=14,
        )  # fmt: skip
    most = max((a + e for a, e in zip(answered, errors, strict=True)), default=0)
    drawn.update_yaxes(
        title="cases", rangemode="tozero", tickformat=",d", dtick=_step(most), tickfont_size=14
    )
    return drawn


def alt_text(answered: Sequence[int], errors: Sequence[int]) -> str:
    """The totals in a sentence."""
    return f"Bar chart of cases over time: {sum(answered)} answered, {sum(errors)} not answered."


def _first(answered: Sequence[int], errors: Sequence[int]) -> int:
    """Which day the axis begins with: the first one with cases; the days before are no bars, and so no reason for room."""
    days = (n for n, some in enumerate(zip(answered, errors, strict=True)) if any(some))
    return max(0, min(next(days, 0), len(answered) - _LEAST_DAYS))


def _step(most: int) -> int:
    """About four steps up to the most, each 1, 2 or 5 times a power of ten."""
    steps = (factor * int(10**power) for power in range(12) for factor in (1, 2, 5))
    return next(step for step in steps if step * 5 >= most)
