"""What is taken for what: a table of truth against answer, darker where there are more."""

from __future__ import annotations

from collections.abc import Sequence

from plotly.graph_objects import Figure, Heatmap, Scatter

from charts.layout import finished, shortened

_SCALE = [[0.0, "rgba(59, 130, 246, 0.04)"], [1.0, "rgba(59, 130, 246, 0.55)"]]


def figure(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> Figure:
    """Rows are the truth, columns the answer; each cell has its count."""
    names = [shortened(label, 18) for label in labels]
    drawn = Figure(
        Heatmap(
            z=[list(row) for row in counts],
            x=list(range(len(names))),
            y=list(range(len(names))),
            text=[[f"{count:,}" if count else "·" for count in row] for row in counts],
            texttemplate="%{text}",
            textfont_size=16,
            colorscale=_SCALE,
            showscale=False,
            xgap=3,
            ygap=3,
            hoverinfo="skip",
        )
    )
    drawn.add_trace(_buttons(labels))
    finished(drawn, height=max(220, 52 * len(names) + 90))
    ticks = {"tickmode": "array", "tickvals": list(range(len(names))), "ticktext": names}
    drawn.update_xaxes(title="the model answered", side="top", tickfont_size=14, **ticks)
    drawn.update_yaxes(
        title="true", autorange="reversed", automargin=True, tickfont_size=14, **ticks
    )
    return drawn


def _buttons(labels: Sequence[str]) -> Scatter:
    """A mark without colour on each cell, which can be pressed as a cell cannot: its `customdata` are truth and answer."""
    places = [(truth, answer) for truth in range(len(labels)) for answer in range(len(labels))]
    return Scatter(
        x=[answer for _, answer in places],
        y=[truth for truth, _ in places],
        mode="markers",
        marker={"symbol": "square", "size": 44, "color": "rgba(0, 0, 0, 0)"},
        customdata=[[labels[truth], labels[answer]] for truth, answer in places],
        hoverinfo="none",  # with `skip` it could not be pressed
        showlegend=False,
    )


def alt_text(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """The errors in a sentence."""
    wrong = [
        f"{labels[truth]} answered as {labels[answer]} {count} times"
        for truth, row in enumerate(counts)
        for answer, count in enumerate(row)
        if count and truth != answer
    ]
    right = sum(row[place] for place, row in enumerate(counts))
    listed = "; ".join(wrong[:10]) if wrong else "no errors"
    return f"Table of truth against answer: {right} right; {listed}."
