"""A result to look at, however long: what its answers come to, and a few of its rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from batch.errors import PartitionGone
from batch.parquet import GROUP_ROWS
from batch.result import SHARE_OF

MOST_CLASSES = 12
MOST_NUMBERS = 10_000
# So many of the least certain rows can be looked at.
MOST_UNSURE = 10_000
ORDERS = ("file", "unsure", "failed")


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How many rows have which answer, the most frequent first; numbers evenly taken from those of all rows; how many rows
    have no answer, and how many a probability."""

    rows: int
    failed: int
    sure: int
    classes: Mapping[str, int] = field(default_factory=dict)
    numbers: Sequence[float] = ()

    @property
    def answered(self) -> int:
        """How many rows have an answer."""
        return self.rows - self.failed


class ResultView:
    """The result of a batch. Raises PartitionGone where it is not there."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = pq.ParquetFile(path)
        except (OSError, pa.ArrowException) as error:
            raise PartitionGone(str(error)) from error
        facts = self._file.schema_arrow.metadata or {}
        self._own = int(facts.get(b"own", b"0"))
        self._labels = int(facts.get(b"labels", b"0"))

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return int(self._file.metadata.num_rows)

    @property
    def problem_column(self) -> str:
        """The column that says why a row has no answer."""
        return self._names[self._own + 2 + self._labels]

    @property
    def answer_column(self) -> str:
        """The column with the answers."""
        return self._names[self._own]

    @property
    def probability_columns(self) -> list[str]:
        """The columns with the probability of the answer, and of each label."""
        return self._names[self._own + 1 : self._own + 2 + self._labels]

    @property
    def labels(self) -> list[str]:
        """The labels that have a probability of their own."""
        named = self._names[self._own + 2 : self._own + 2 + self._labels]
        return [name.removeprefix(SHARE_OF) for name in named]

    @property
    def own_columns(self) -> list[str]:
        """The columns of the file itself."""
        return self._names[: self._own]

    @property
    def case_column(self) -> str:
        """The column with the links to cases."""
        return self._names[self._own + 3 + self._labels]

    def outcomes(self) -> Iterator[pa.Table]:
        """What came of the rows, some at a time: the columns after the file's own."""
        for batch in self._file.iter_batches(GROUP_ROWS):
            yield pa.Table.from_batches([batch]).select(list(range(self._own, batch.num_columns)))

    def summary(self) -> Summary:
        """What the answers come to; two columns are read."""
        answer, sure = self._column(self._own), self._column(self._own + 1)
        facts = {
            "rows": self.rows,
            "failed": answer.null_count,
            "sure": len(sure) - sure.null_count,
        }
        known = answer.drop_null()
        if pa.types.is_floating(answer.type):
            step = max(1, len(known) // MOST_NUMBERS)
            return Summary(**facts, numbers=known.to_numpy()[::step].tolist())
        counts = {each["values"]: each["counts"] for each in pc.value_counts(known).to_pylist()}
        ordered = sorted(counts.items(), key=lambda pair: -pair[1])
        return Summary(**facts, classes=dict(ordered))

    def places(self, order: str) -> np.ndarray[tuple[int], np.dtype[np.int64]] | None:
        """Which rows an order shows: the least certain first, those without an answer; None for all, as in the file."""
        if order == "unsure":
            sure = self._column(self._own + 1).to_numpy()
            known = np.flatnonzero(~np.isnan(sure))
            return known[np.argsort(sure[known], kind="stable")][:MOST_UNSURE]
        if order == "failed":
            return np.flatnonzero(self._column(self._own).is_null().to_numpy())
        return None

    def page(self, order: str, start: int, count: int) -> pd.DataFrame:
        """Some rows of an order, what came of each before its own columns; the index is the place in the file."""
        places = self.places(order)
        wanted = (
            np.arange(start, min(start + count, self.rows))
            if places is None
            else places[start : start + count]
        )
        return self.rows_at(wanted)

    def rows_at(self, places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pd.DataFrame:
        """The rows at these places, in their order, what came of each before its own columns; the index is the place."""
        frame: pd.DataFrame = self._rows(places).to_pandas()
        frame.index = pd.Index(places)
        names = list(frame.columns)
        return frame[[*names[self._own :], *names[: self._own]]]

    def _rows(self, wanted: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pa.Table:
        """Rows from their groups, in the order that is wanted."""
        sizes = [
            self._file.metadata.row_group(i).num_rows for i in range(self._file.num_row_groups)
        ]
        starts = np.cumsum([0, *sizes])
        group = np.searchsorted(starts, wanted, side="right") - 1
        pieces, order = [], []
        for each in np.unique(group):
            mine = np.flatnonzero(group == each)
            table = self._file.read_row_group(int(each))
            pieces.append(table.take(pa.array(wanted[mine] - starts[each])))
            order.append(mine)
        if not pieces:
            return self._file.schema_arrow.empty_table()
        return pa.concat_tables(pieces).take(pa.array(np.argsort(np.concatenate(order))))

    @property
    def _names(self) -> list[str]:
        return list(self._file.schema_arrow.names)

    def column(self, name: str) -> pa.ChunkedArray:
        """One column of all rows, in the order of the file. Raises KeyError."""
        return self._column(self._names.index(name))

    def _column(self, place: int) -> pa.ChunkedArray:
        return self._file.read(columns=[self._names[place]]).column(0)
