"""What the answers of a file come to: classes counted, numbers as a histogram; and which rows the table shows.

A choice above the table shows the rows of one class, those without an answer, or the least certain first.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from charts import histogram, probabilities
from mds_client.prediction import Answer
from ui.figure import draw_figure
from ui.results._shares import words_for
from ui.text import number, plain

MOST_CLASSES = 12
_ALL, _UNSURE, _FAILED = "All, in the file's order", "Least certain first", "Without an answer"
Rows = list[int]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The answers, None where a row has none, and the places of the rows of each class, the most frequent first."""

    answers: Sequence[Answer | None]
    classes: Mapping[str, Rows]
    numbers: Sequence[float]
    failed: Rows

    @property
    def least_certain(self) -> Rows:
        """The places of the rows with a probability, the lowest first."""
        sure = {
            i: a.probability for i, a in enumerate(self.answers) if a and a.probability is not None
        }
        return sorted(sure, key=lambda place: sure[place] or 0.0)


def summary_of(answers: Sequence[Answer | None]) -> Summary:
    """What the answers come to."""
    numbers = [a.number for a in answers if a and a.kind == "number" and a.number is not None]
    return Summary(
        answers=answers,
        classes=_by_class(answers),
        numbers=[value for value in numbers if math.isfinite(value)],
        failed=[place for place, answer in enumerate(answers) if answer is None],
    )


def _by_class(answers: Sequence[Answer | None]) -> dict[str, Rows]:
    places: dict[str, Rows] = {}
    for place, answer in enumerate(answers):
        if answer and answer.kind == "class":
            places.setdefault(answer.label, []).append(place)
    return dict(sorted(places.items(), key=lambda item: -len(item[1])))


def draw(found: Summary) -> Rows:
    """The sentence, the chart and the choice; the places of the rows that the table is to show, in its order."""
    if found.classes:
        _draw_classes(found)
    if len(set(found.numbers)) > 1:
        _draw_numbers(found)
    choices = _choices(found)
    if len(choices) == 1:
        return list(range(len(found.answers)))
    chosen = st.selectbox(
        "Rows in the table",
        list(choices),
        format_func=lambda name: _words(name, choices),
        key="rows_shown",
    )
    return choices[chosen]


def sentence_on_classes(found: Summary) -> str:
    """How many rows have each class, as in `Adelie 12 (60 %), Gentoo 8 (40 %)`."""
    counts = _counts(found)
    total = sum(counts.values())
    words = words_for(sorted((count / total for count in counts.values()), reverse=True))
    return ", ".join(f"{name} {count:,} ({words(count / total)})" for name, count in counts.items())


def sentence_on_numbers(found: Summary) -> str:
    """From where to where the numbers go, and the middle."""
    low, middle, high = (number(float(v)) for v in np.percentile(found.numbers, (0, 50, 100)))
    unit = next((f" {a.unit}" for a in found.answers if a and a.unit), "")
    return (
        f"From {low} to {high}{unit}; half of the {len(found.numbers):,} rows are below {middle}."
    )


def _draw_classes(found: Summary) -> None:
    st.markdown(plain(sentence_on_classes(found)) + ".")
    counts = _counts(found)
    if len(counts) > 1:
        total = sum(counts.values())
        shares = {name: count / total for name, count in counts.items()}
        words: Callable[[float], str] = lambda share: f"{round(share * total):,}"  # noqa: E731
        alt = f"Bar chart of rows by answer: {sentence_on_classes(found)}."
        draw_figure(probabilities.figure(shares, words), alt, key="rows_classes")


def _draw_numbers(found: Summary) -> None:
    st.markdown(plain(sentence_on_numbers(found)))
    figure = histogram.figure(found.numbers, "answer")
    draw_figure(figure, histogram.alt_text(found.numbers, "answers"), key="rows_numbers")


def _counts(found: Summary) -> dict[str, int]:
    """Rows of the most frequent classes, and of the others together."""
    counts = Counter({label: len(rows) for label, rows in found.classes.items()})
    shown = dict(counts.most_common(MOST_CLASSES))
    rest = sum(counts.values()) - sum(shown.values())
    return shown | ({f"{len(counts) - MOST_CLASSES:,} others": rest} if rest else {})


def _choices(found: Summary) -> dict[str, Rows]:
    """What the table can show, by the words of the choice; a class is called what it is."""
    choices = {_ALL: list(range(len(found.answers)))}
    if len(found.least_certain) > 1:
        choices[_UNSURE] = found.least_certain
    if found.failed and len(found.failed) < len(found.answers):
        choices[_FAILED] = found.failed
    if len(found.classes) > 1:
        choices |= {
            f"Only {label}": rows for label, rows in list(found.classes.items())[:MOST_CLASSES]
        }
    return choices


def _words(name: str, choices: Mapping[str, Rows]) -> str:
    return name if name in (_ALL, _UNSURE) else f"{name} ({len(choices[name]):,})"
