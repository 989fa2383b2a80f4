"""The answers of a batch beside others to the same rows: those of an earlier batch, or what is right by a column of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.view import ResultView
from mds_client.errors import MdsError

MOST_DIFFERING = 10_000
MOST_NUMBERS = 10_000
# Of what a column holds so many values are named, each with so many letters.
_MOST_SAID, _LETTERS = 4, 30
Places = np.ndarray[tuple[int], np.dtype[np.int64]]
Numbers = np.ndarray[tuple[int], np.dtype[np.float64]]


class NotTheSameFile(MdsError):
    """Two batches are about different rows."""

    kind = "not_the_same_file"

    def __init__(self) -> None:
        super().__init__(
            "That was another file: its rows are not the same.",
            advice="Choose a run about the same file.",
        )


class NoTruths(MdsError):
    """A column of the file holds nothing that the model answers: it does not say what is right."""

    kind = "no_truths"

    def __init__(self, name: str, holds: Sequence[str], answers: str) -> None:
        super().__init__(
            f"The column {name} does not look like what is right. It holds {_listed(holds)}; the model answers {answers}.",
            advice="Choose the column that has the right answers, written as the model writes them.",
        )


@dataclass(frozen=True, kw_only=True)
class Compared:
    """`both` rows have an answer on either side, and `same` of them the same one.

    `pairs` counts what stands on either side, the other side first, for classes; `differences` has this answer less the
    other for numbers, evenly taken from all rows. `differing` has the places of rows that differ, for numbers those that
    differ most first.
    """

    both: int
    same: int
    only_here: int
    only_there: int
    pairs: Mapping[tuple[str, str], int] = field(default_factory=dict)
    differences: Sequence[float] = ()
    mean_distance: float | None = None
    differing: Places

    @property
    def is_number(self) -> bool:
        """Whether the answers are numbers."""
        return self.mean_distance is not None


def with_batch(here: ResultView, there: ResultView) -> tuple[Compared, pa.ChunkedArray]:
    """The answers of two batches about the same file, and those of the other: a row may be another where one of them has no
    answer to it, as those are that were corrected. Raises NotTheSameFile."""
    names = here.own_columns
    if names != there.own_columns or here.rows != there.rows:
        raise NotTheSameFile
    answers, others = here.column(here.answer_column), there.column(there.answer_column)
    both = pc.and_(pc.is_valid(answers), pc.is_valid(others))
    for name in names:
        if _is_other(here.column(name), there.column(name), both):
            raise NotTheSameFile
    return compared(answers, others), others


def _is_other(one: pa.ChunkedArray, other: pa.ChunkedArray, where: pa.ChunkedArray) -> bool:
    """Whether a cell is another in these rows."""
    if one.type != other.type:
        one, other = one.cast(pa.string()), other.cast(pa.string())
    if one.equals(other):
        return False
    same = pc.fill_null(pc.equal(one, other), False)
    same = pc.or_(same, pc.and_(pc.is_null(one), pc.is_null(other)))
    return bool(pc.any(pc.and_not(where, same)).as_py())


def with_column(here: ResultView, name: str) -> Compared:
    """The answers beside what a column of the file says is right. Raises NoTruths where none of its cells is an answer of the
    model: how many are right would mean nothing."""
    answers, truths = here.column(here.answer_column), here.column(name)
    held = _most_frequent(truths)
    if held and not _has_truths(answers, truths, here.labels):
        raise NoTruths(name, held, _in_words(answers, here.labels))
    return compared(answers, truths)


def _has_truths(answers: pa.ChunkedArray, truths: pa.ChunkedArray, labels: Sequence[str]) -> bool:
    """Whether a cell of the column is an answer that the model gives, or might give."""
    if pa.types.is_floating(answers.type):
        return bool(np.isfinite(_as_numbers(truths)).any())
    known = {each.lower() for each in (*_most_frequent(answers), *labels)}
    return not known or any(each.lower() in known for each in _most_frequent(truths))


def _most_frequent(column: pa.ChunkedArray) -> list[str]:
    """What the cells of a column say, the most frequent first."""
    counts = pc.value_counts(_as_texts(column).drop_null()).to_pylist()
    return [each["values"] for each in sorted(counts, key=lambda each: -each["counts"])]


def _in_words(answers: pa.ChunkedArray, labels: Sequence[str]) -> str:
    """What the model answers: its classes, or from where to where its numbers go."""
    if not pa.types.is_floating(answers.type):
        return _listed(list(dict.fromkeys([*_most_frequent(answers), *labels])))
    ends = pc.min_max(answers).as_py()
    return "numbers" if ends["min"] is None else f"numbers from {ends['min']:g} to {ends['max']:g}"


def _listed(words: Sequence[str]) -> str:
    """The first few, each cut short, and how many more there are."""
    shown = [
        word if len(word) <= _LETTERS else f"{word[:_LETTERS]}…" for word in words[:_MOST_SAID]
    ]
    more = f" and {len(words) - len(shown):,} more" if len(words) > len(shown) else ""
    return f"{', '.join(shown)}{more}"


def compared(here: pa.ChunkedArray, there: pa.ChunkedArray) -> Compared:
    """Two columns of answers, row by row."""
    if pa.types.is_floating(here.type):
        return _numbers(_as_numbers(here), _as_numbers(there))
    return _texts(_as_texts(here), _as_texts(there))


def _as_numbers(column: pa.ChunkedArray) -> Numbers:
    """The cells as numbers; NaN where one is none."""
    if pa.types.is_string(column.type):
        text = pc.replace_substring(pc.utf8_trim_whitespace(column), ",", ".")
        is_number = pc.match_substring_regex(text, r"^[+\-]?(\d+\.?\d*|\.\d+)([eE][+\-]?\d+)?$")
        column = pc.if_else(is_number, text, pa.scalar(None, pa.string()))
    try:
        numbers: Numbers = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        return numbers
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return np.full(len(column), np.nan)


def _as_texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The cells as texts, null where one is empty; a whole number is written without a point."""
    if pa.types.is_floating(column.type):
        with suppress(pa.ArrowInvalid):  # not all of them are whole, or one is too large
            column = column.cast(pa.int64())
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _texts(here: pa.ChunkedArray, there: pa.ChunkedArray) -> Compared:
    both = pc.and_(pc.is_valid(here), pc.is_valid(there))
    alike = pc.equal(pc.utf8_lower(here), pc.utf8_lower(there))
    same = pc.fill_null(pc.and_(both, alike), False)
    differs = pc.and_not(both, same)
    table = pa.table({"there": there.filter(both), "here": here.filter(both)})
    counts = table.group_by(["there", "here"]).aggregate([([], "count_all")]).to_pylist()
    counts.sort(key=lambda each: -each["count_all"])
    return Compared(
        both=_count(both),
        same=_count(same),
        only_here=len(here) - here.null_count - _count(both),
        only_there=len(there) - there.null_count - _count(both),
        pairs={(each["there"], each["here"]): each["count_all"] for each in counts},
        differing=np.flatnonzero(differs.to_numpy())[:MOST_DIFFERING],
    )


def _count(flags: pa.ChunkedArray) -> int:
    return int(pc.sum(flags).as_py() or 0)


def _numbers(here: Numbers, there: Numbers) -> Compared:
    known_here, known_there = np.isfinite(here), np.isfinite(there)
    both = known_here & known_there
    difference = np.where(both, here - there, 0.0)
    # Numbers that went through a text are the same all the same.
    is_other = both & ~np.isclose(here, there, rtol=1e-9, atol=0.0, equal_nan=True)
    places = np.flatnonzero(is_other)
    worst_first = places[np.argsort(-np.abs(difference[places]), kind="stable")]
    values = difference[both]
    step = max(1, len(values) // MOST_NUMBERS)
    return Compared(
        both=int(both.sum()),
        same=int(both.sum() - len(places)),
        only_here=int((known_here & ~known_there).sum()),
        only_there=int((known_there & ~known_here).sum()),
        differences=values[::step].tolist(),
        mean_distance=float(np.abs(values).mean()) if len(values) else 0.0,
        differing=worst_first[:MOST_DIFFERING],
    )
