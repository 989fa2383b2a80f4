"""Whatever a server or a file calls something: no chart reads it as HTML, as a format or as a template."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from plotly.graph_objects import Figure

from charts import (
    attributions,
    beeswarm,
    curves,
    grid,
    histogram,
    labels,
    latency,
    probabilities,
    waveform,
)
from charts.layout import in_two_lines, shortened

PICTURE = Image.new("RGB", (4, 4))
# What our own code writes; nothing else may look like a tag or a template.
_OWN = (
    "%{text}<extra></extra>",
    "%{customdata[0]:.4g} to %{customdata[1]:.4g}: %{y}<extra></extra>",
)
_TEMPLATES = (
    "template",
    "format",
    "prefix",
    "suffix",
)  # ends of the names of what Plotly evaluates
_TAG = re.compile(r"<(?!br>)")
_BARE = re.compile(r"&(?!amp;|lt;)")


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _swarms(text: str) -> Figure:
    swarms = [
        beeswarm.Swarm(title=text, amounts=[0.5, -0.3], choices=[text, "x"], words=text),
        beeswarm.Swarm(title=text, amounts=[0.1], heights=[0.2], words=text),
    ]
    return beeswarm.figure(swarms, axis=text)


def _curve(text: str) -> Figure:
    shape = curves.Shape(title=text, places=(1.0, 2.0), numbers=(0.1, 0.4), shares=(0.5, 0.5))
    return curves.figure(shape, lambda number: f"{number} {text}", axis=text)


def _choices(text: str) -> Figure:
    shape = curves.Shape(title=text, places=(text, "x"), numbers=(0.1, 0.4), shares=(0.5, 0.5))
    return curves.figure(shape, lambda number: f"{number} {text}", axis=text)


def _sound(text: str) -> Figure:
    amounts = [waveform.Amount(0.0, 0.5, 1.0, text), waveform.Amount(0.5, 1.0, -0.5, text)]
    return waveform.figure(np.ones(100), 100, segments=[(0.1, 0.2)], amounts=amounts)


def _picture(text: str) -> Figure:
    named = [grid.Label(row=0.5, column=0.5, words=text)]
    return grid.figure([[0.1, -0.2]], PICTURE, labels=named, words=[[text, text]])


def _parts(text: str) -> Figure:
    sure = attributions.Part(title=text, amount=0.4, words=text)
    ranged = attributions.Part(title=text, amount=-0.2, words=text, low=-0.3, high=-0.1)
    return attributions.figure([sure, ranged])


DRAWN: dict[str, Callable[[str], Figure]] = {
    "attributions": _parts,
    "beeswarm": _swarms,
    "choices": _choices,
    "curve": _curve,
    "histogram": lambda text: histogram.figure([1.0, 2.0], text),
    "labels": lambda text: labels.figure({text: 0.7, "x": 0.2}, lambda share: f"{share} {text}"),
    "latency": lambda text: latency.figure([latency.Speed(title=text, p50=0.1, p95=0.2)]),
    "picture": _picture,
    "probabilities": lambda text: probabilities.figure({text: 0.7}, _percent),
    "sound": _sound,
}
HOSTILE = [
    "<b onmouseover=alert(1)>age</b> & more", "<img src=x onerror=alert(1)>", "<a href='javascript:alert(1)'>x</a>",
    "%{x}%{customdata[0]}<extra>y</extra>", "&lt;script&gt;", "&#60;script&#62;", "</svg><script>1</script>",
    "<sub>2</sub>", "x" * 37 + "<b>y", "a & b" * 20, "$\\\\frac{1}{2}$", "\u202ecod.exe", "<br>" * 9, "d3: %{y:.3f|url(x)}",
]  # fmt: skip
WILD = st.text(alphabet=st.sampled_from("<>&%{}'\"/;:=ab \n\t"), max_size=60)


def _texts(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a figure with the name that it stands under, but for pictures."""
    if isinstance(value, dict):
        for key, member in value.items():
            if key not in ("source", "template") or not isinstance(member, str):
                yield from _texts(member, str(key))
    elif isinstance(value, list | tuple | np.ndarray):
        for member in value:
            yield from _texts(member, name)
    elif isinstance(value, str):
        yield name, value


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_that_people_try_is_a_tag_or_a_template(name: str) -> None:
    for text in HOSTILE:
        _check(name, text)


@pytest.mark.parametrize("name", DRAWN)
@settings(max_examples=5, deadline=None)
@given(text=WILD)
def test_nothing_from_outside_is_a_tag_or_a_template(name: str, text: str) -> None:
    _check(name, text)


def _check(name: str, text: str) -> None:
    figure: Any = DRAWN[name](text).to_plotly_json()
    figure["layout"].pop("template", None)  # Plotly's own look
    for key, shown in _texts(figure):
        if key.endswith(_TEMPLATES):
            assert shown in (*_OWN, ",d"), key
        else:
            assert not _TAG.search(shown), (key, shown)
            assert not _BARE.search(shown), (key, shown)


@given(st.sampled_from(HOSTILE) | WILD)
def test_words_are_cut_before_they_are_escaped(text: str) -> None:
    """An entity that was cut in its middle would be one no more."""
    for words in (shortened(text), in_two_lines(text)):
        plain = words.replace("<br>", "").replace("&lt;", "<").replace("&amp;", "&")
        assert len(plain) <= 38
        assert not _BARE.search(words)


def test_long_words_take_two_lines_of_at_most_half_a_telephone() -> None:
    assert in_two_lines("Chinstrap") == "Chinstrap"
    assert in_two_lines("a rather long name of a species") == "a rather long<br>name of a species"
    assert (
        in_two_lines("averylongidentifierwithoutblanks") == "averylongidentifierw<br>ithoutblanks"
    )
    assert all(len(line) <= 20 for line in in_two_lines("word " * 20).split("<br>"))
