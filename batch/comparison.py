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
    """The answers of two batches about the same file, and those of the other. Raises NotTheSameFile."""
    names = here.own_columns
    if names != there.own_columns or here.rows != there.rows:
        raise NotTheSameFile
    for name in names:
        if not here.column(name).equals(there.column(name)):
            raise NotTheSameFile
    other = there.column(there.answer_column)
    return compared(here.column(here.answer_column), other), other


def with_column(here: ResultView, name: str) -> Compared:
    """The answers beside what a column of the file says is right."""
    return compared(here.column(here.answer_column), here.column(name))


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
