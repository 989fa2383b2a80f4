"""What the answers of a file come to, and which rows the table shows."""

import pandas as pd
import pytest
from pandas.io.formats.style import Styler

from charts import histogram
from mds_client.prediction import Answer
from ui.batch import large, percents
from ui.batch.summary import (
    _choices,
    sentence_on_classes,
    sentence_on_numbers,
    summary_of,
)


def _class(label: str, sure: float | None = None) -> Answer:
    chances = {} if sure is None else {label: sure, "other": 1 - sure}
    return Answer(kind="class", label=label, probabilities=chances)


BIRDS = [
    _class("Gentoo", 0.9),
    _class("Adelie", 0.51),
    None,
    _class("Gentoo", 0.6),
    _class("Gentoo", 0.99),
]


def test_probabilities_are_percents_that_sort_as_numbers() -> None:
    frame = pd.DataFrame({"Answer": ["a", None], "Probability": [1.0, None]}, dtype=object)
    shown = percents.shown(frame, ["Probability", "Probability of a"])
    assert not percents.columns(shown, ["Probability"])  # its cells are written
    found = shown.data  # type: ignore[union-attr]
    assert found["Probability"].tolist()[0] == 100.0
    assert found["Probability"].dtype == "float64"
    assert frame["Probability"].tolist()[0] == 1.0


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.9997, "more than 99.9\xa0%"),
        (0.0002, "less than 0.1\xa0%"),
        (0.973, "97.3\xa0%"),
        (0.999, "99.9\xa0%"),
    ],
)
def test_no_probability_is_rounded_to_all_or_nothing(share: float, words: str) -> None:
    frame = pd.DataFrame({"Probability": [share, None], "n": [181.0, 1.25], "t": ["<b>", None]})
    shown = percents.shown(frame, ["Probability"])
    assert isinstance(shown, Styler)
    cells = [[cell["display_value"] for cell in row] for row in _cells(shown)]
    assert cells == [[words, "181", "<b>"], ["", "1.25", ""]]


def _cells(shown: Styler) -> list[list[dict[str, str]]]:
    written = shown._translate(False, False)  # type: ignore[attr-defined]
    return [[cell for cell in row if cell["type"] == "td"] for row in written["body"]]


def test_a_long_table_is_left_to_the_browser() -> None:
    frame = pd.DataFrame({"Probability": [0.5] * (percents.MOST_CELLS + 1)})
    shown = percents.shown(frame, ["Probability"])
    assert isinstance(shown, pd.DataFrame)
    assert list(percents.columns(shown, ["Probability"])) == ["Probability"]


def test_classes_are_counted_the_most_frequent_first() -> None:
    assert sentence_on_classes(summary_of(BIRDS)) == "Gentoo 3 (75\xa0%), Adelie 1 (25\xa0%)"


def test_the_table_shows_the_least_certain_first_a_class_or_what_failed() -> None:
    choices = _choices(summary_of(BIRDS))
    assert choices == {
        "All, in the file's order": [0, 1, 2, 3, 4],
        "Least certain first": [1, 3, 0, 4],
        "Without an answer": [2],
        "Only Gentoo": [0, 3, 4],
        "Only Adelie": [1],
    }


def test_answers_of_one_kind_without_probabilities_need_no_choice() -> None:
    assert len(_choices(summary_of([_class("a"), _class("a")]))) == 1
    assert len(_choices(summary_of([None, None]))) == 1


def test_many_classes_are_pooled_by_name() -> None:
    many = [_class(f"c{n}") for n in range(15) for _ in range(20 - n)]
    assert "3 others 21 (" in sentence_on_classes(summary_of(many))
    assert sum(name.startswith("Only") for name in _choices(summary_of(many))) == 12


def test_numbers_are_a_sentence_and_bars() -> None:
    amounts = [Answer(kind="number", number=float(n), unit="kg") for n in range(11)]
    found = summary_of([*amounts, None, Answer(kind="number", number=float("inf"))])
    assert sentence_on_numbers(found) == "From 0 to 10 kg; half of the 11 rows are below 5."
    (bar,) = histogram.figure(found.numbers, "answer").data
    assert sum(bar.y) == 11
    assert "11 rows from 0 to 10, half below 5" in histogram.alt_text(found.numbers, "answers")


@pytest.mark.parametrize(
    "values", [[1.0, 1.0], [1e300, -1e300], [5e-324, 0.0], [1.0, 1.0 + 2**-52]]
)
def test_odd_numbers_are_drawn(values: list[float]) -> None:
    assert sum(histogram.figure(values, "answer").data[0].y) == 2


@pytest.mark.parametrize(
    ("failed", "not_asked", "words"),
    [
        (3, 0, "3 rows have no answer. Download these rows, correct them,"),
        (1, 1, "1 row has no answer, since it ended before. Download these rows"),
        (
            18_276,
            18_273,
            "18,276 rows have no answer: 3 to correct, and 18,273 were not asked about, since it ended before. "
            "Download these rows, correct the 3,",
        ),
    ],
)
def test_rows_that_were_not_asked_about_are_told_from_those_to_correct(
    failed: int, not_asked: int, words: str
) -> None:
    assert large._without_answer(failed, not_asked) == words
