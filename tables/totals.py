"""Rows that are totals of others, and no cases: named, and left out unless a person wants them.

A word alone does not make a total: there is a company and a brand of the name. The numbers of the row must be
the sums or the means of those above, or the row must be empty but for the word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from tables import numbers

Array = np.ndarray[tuple[int], np.dtype[Any]]
_COLUMNS = 8  # in which the word is looked for
_MOST = 1_000
_WORDS = (
    "total|totals|totale|totaal|totalt|totaux|toplam|gesamt|gesamtsumme|gesamtergebnis|insgesamt|summe|"
    "zwischensumme|teilsumme|teilergebnis|ergebnis|subtotal|sum|suma|somme|soma|razem|celkem|összesen|"
    "yhteensä|i alt|итого|всего|合计|总计|合計|小計|小计|합계|all"
)
_MEANS = "average|mean|avg|durchschnitt|mittelwert|mittel|moyenne|promedio|media|média|gemiddelde|genomsnitt|среднее"
_FIRST = "grand|sub|over ?all|sous|column"
_LAST = "général|general|generale|geral"
_LABEL = re.compile(
    rf"(?:(?:{_FIRST})[- ]?)?(?:{_WORDS}|{_MEANS})(?: (?:{_LAST}))?\s*[:.]?", re.IGNORECASE
)
_PART = re.compile(
    rf"(?:\S.* )?(?:{_LABEL.pattern})|(?:{_WORDS}|{_MEANS}) (?:of|for|von|de|für)? ?\S.*", re.I
)
_IS_MEAN = re.compile(rf"\b(?:{_MEANS})\b", re.IGNORECASE)
# How many rows it is the total of: `Grand total (3)`, `Total: 3 birds`, `Sum [n = 3]`.
_COUNT = re.compile(
    r"\s*(?:[(\[]\s*(?:n\s*=\s*)?\d[\d,. ]*\s*[^\W\d]*\s*[)\]]|[:=–-]\s*\d[\d,. ]*\s*[^\W\d]*)$"
)
_LONGEST = 60


@dataclass(kw_only=True)
class Totals:
    """A sentence for each position of a row that is a total, and remarks on those that may be."""

    rows: dict[int, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def find_totals(frame: pd.DataFrame, decimal: str, places: Sequence[str]) -> Totals:
    """The rows of the frame that are totals; `places` has the words for where each row stands."""
    labels = _labels(frame)
    totals = Totals()
    if len(frame) < 2:
        return totals
    columns = _numbers(frame, decimal) if labels or _may_end_in_a_total(frame) else {}
    marked = sorted(labels)
    for place in marked:
        words = _evidence(frame, columns, place, marked, labels[place])
        if words:
            totals.rows[place] = f"{places[place]} (“{labels[place]}”) {words}"
        elif _LABEL.fullmatch(_bare(labels[place])) and labels[place].casefold() != "all":
            totals.remarks.append(
                f"{places[place]} says “{labels[place]}”, but its numbers are not the sums of the others: "
                "it is sent like every other row. Take it out of the file if it is a total."
            )
    last = len(frame) - 1
    if last > 2 and last not in labels and _may_end_in_a_total(frame):
        words = _evidence(frame, columns, last, [*marked, last], "")
        if words:
            totals.rows[last] = f"{places[last]} {words}"
    totals.remarks[:0] = _remarks(list(totals.rows.values()))
    del totals.remarks[8:]
    return totals


def _remarks(sentences: list[str]) -> list[str]:
    if not sentences:
        return []
    head = sentences[0][0].upper() + sentences[0][1:]
    more = f" So are {len(sentences) - 1:,} more." if len(sentences) > 1 else ""
    return [f"{head}: it was left out.{more}"]


def _labels(frame: pd.DataFrame) -> dict[int, str]:
    """The words that may name a total, by the position of their row; none where they are common."""
    labels: dict[int, str] = {}
    for i in range(min(frame.shape[1], _COLUMNS)):
        column = frame.iloc[:, i]
        try:
            known = [value for value in pd.unique(column) if isinstance(value, str)]
        except TypeError:  # lists and files are not compared
            continue
        words = {v for v in known if len(v) <= _LONGEST and _PART.fullmatch(_bare(v))}
        if not words:
            continue
        rows = np.flatnonzero(column.isin(words))
        if len(rows) <= max(1, min(_MOST, len(frame) // 2)):
            labels |= {int(r): str(column.iat[r]).strip() for r in rows if int(r) not in labels}
    return labels


def _bare(text: str) -> str:
    """The words without the count behind them."""
    return _COUNT.sub("", text.strip())


def _may_end_in_a_total(frame: pd.DataFrame) -> bool:
    """Whether the last row has nothing where all other rows have words, and numbers beside it."""
    last = frame.iloc[-1]
    blank = [name for name in frame.columns if last[name] is None]
    above = frame.iloc[max(0, len(frame) - 50) : -1]
    return len(blank) < frame.shape[1] - 1 and any(
        all(isinstance(cell, str) and not numbers.is_number(cell) for cell in above[name])
        for name in blank
    )


def _numbers(frame: pd.DataFrame, decimal: str) -> dict[str, Array]:
    """The columns of numbers, NaN where a cell holds none."""
    columns: dict[str, Array] = {}
    for name in frame.columns:
        cells = frame[name].to_numpy(dtype=object)
        sample = [_number(cell, decimal) for cell in cells[:20] if cell is not None]
        if sample and sum(n is not None for n in sample) >= 0.8 * len(sample):
            values = (_number(cell, decimal) for cell in cells)
            columns[name] = np.array([np.nan if n is None else n for n in values], dtype=np.float64)
    return columns


def _number(cell: object, decimal: str) -> float | None:
    if isinstance(cell, bool | np.bool_) or cell is None:
        return None
    if isinstance(cell, int | float | np.number):
        return float(cell)
    return numbers.number(cell, decimal) if isinstance(cell, str) else None


def _evidence(
    frame: pd.DataFrame,
    columns: Mapping[str, Array],
    place: int,
    marked: Sequence[int],
    label: str,
) -> str:
    """What the row is of the others, in words; empty where its numbers do not show it."""
    row = {name: values[place] for name, values in columns.items() if not np.isnan(values[place])}
    if not row:
        others = sum(cell is not None for cell in frame.iloc[place])
        return "is a total without numbers" if label and others == 1 else ""
    enough = max(1, len(row) // 2 + 1) if label else max(2, len(row))
    ranges = _ranges(len(frame), place, marked)
    for rows, where, word in ((*one, word) for one in ranges for word in _words_for(label)):
        if _count_alike(frame, columns, place, rows, word) >= enough:
            return f"is the {word} of {where}"
    return ""


def _count_alike(
    frame: pd.DataFrame, columns: Mapping[str, Array], place: int, rows: Array, word: str
) -> int:
    """In how many columns the number of the row is the sum, or the mean, of those rows."""
    of = np.nansum if word == "sum" else _mean
    return sum(
        _is_close(values[place], float(of(values[rows])), frame[name].iat[place])
        for name, values in columns.items()
    )


def _words_for(label: str) -> tuple[str, ...]:
    """What the label may stand for; none, and the `All` of a pivot table, for either."""
    if not label or label.casefold() == "all":
        return ("sum", "mean")
    return ("mean",) if _IS_MEAN.search(label) else ("sum",)


def _ranges(count: int, place: int, marked: Sequence[int]) -> list[tuple[Array, str]]:
    """The rows that a total may be of: those since the last total, all above, all others."""
    before = [i for i in marked if i < place]
    plain = np.setdiff1d(np.arange(count), marked)
    since = plain[(plain < place) & (plain > (before[-1] if before else -1))]
    above, below = plain[plain < place], plain[plain > place]
    after = [i for i in marked if i > place]
    until = below[below < (after[0] if after else count)]
    ranges = [(since, "the rows above"), (above, "the rows above"), (plain, "the other rows")]
    ranges += [(until, "the rows below")]
    return [(rows, words) for rows, words in ranges if len(rows)]


def _mean(values: Array) -> float:
    return float(np.nanmean(values)) if not np.isnan(values).all() else np.nan


def _is_close(value: float, other: float, cell: object) -> bool:
    """As close as the decimals tell that the cell shows."""
    digits = re.search(r"[.,](\d+)\D*$", str(cell))
    slack = 0.51 * 10.0 ** -(len(digits[1]) if digits else 0)
    slack = slack if isinstance(cell, str) else min(slack, 0.51e-2)
    return value != 0 and abs(value - other) <= max(
        slack if value != other else 0, 1e-6 * abs(value)
    )
