"""A column of a block as the values of a field: numbers at once, and every other cell once for all that are equal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from mds_client.signature import NUMERIC_KINDS, Field
from tables import cells as kinds
from tables import empty_words
from tables.heading_units import unit_of
from tables.match import Match
from tables.source_column import Array, Cells
from tables.table import Table

Numbers = np.ndarray[tuple[int], np.dtype[np.float64]]
# Kinds whose values lie as JSON in their column.
AS_JSON = ("tensor", "json")
_TYPES = {"number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_()}


@dataclass(frozen=True, kw_only=True)
class ReadColumn:
    """The values of a column, of the type of the field; a sentence for each cell that has none; and the words that were read as
    empty, with how often each is there."""

    values: pa.Array
    sentences: dict[int, str]
    empty_words: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ColumnReader:
    """How the cells of one column become values of one field: as its beginning is written. `place` is where the column
    stands in a block, `kind` the type of its values."""

    wanted: Field
    place: int
    sample: Cells
    is_converted: bool
    replaced: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(
        cls, table: Table, match: Match, wanted: Field, place: int, replaced: Mapping[str, object]
    ) -> ColumnReader:
        """The reader of a column, from the beginning of the file as a table."""
        field_unit = unit_of(wanted)
        to_unit = match.to_unit or (field_unit.name if field_unit else "")
        return cls(
            wanted=wanted,
            place=place,
            sample=Cells.of(table, match.column, unit=match.unit, to_unit=to_unit),
            is_converted=bool(match.unit),
            replaced=replaced,
        )

    def read(self, column: pa.Array) -> ReadColumn:
        """The column of a block."""
        numbers, words = self._numbers(column), {}
        if numbers is None and self._may_be_numbers(column):  # a word among them, mostly
            words = empty_words.words_in(column, self.wanted)
            without = empty_words.without(column, words)
            numbers = self._numbers(without)
            column = column if numbers is None else without
        if numbers is None:
            return self._by_value(column)
        values, sentences = self._checked(column, numbers)
        return ReadColumn(values=values, sentences=sentences, empty_words=words)

    def _checked(self, column: pa.Array, numbers: Numbers) -> tuple[pa.Array, dict[int, str]]:
        """Numbers of the type of the field, and a sentence for each that is none of its values."""
        low_or_high = kinds._is_outside(numbers, self.wanted)
        missing = np.isnan(numbers)
        sentences: dict[int, str] = {}
        if low_or_high.any():
            places = np.flatnonzero(low_or_high)
            some = self._by_value(column.take(pa.array(places))).sentences
            sentences = {int(places[i]): words for i, words in some.items()}
        if self.wanted.required and missing.any():
            words = f"{self.wanted.title} is needed, and the cell is empty."
            sentences |= {int(i): words for i in np.flatnonzero(missing)}
        if not sentences and not missing.any():
            return pa.array(numbers).cast(type_of(self.wanted), safe=False), sentences
        bad = np.zeros(len(numbers), dtype=bool)
        bad[list(sentences)] = True
        values = pa.array(np.where(bad, np.nan, numbers), from_pandas=True)
        return values.cast(type_of(self.wanted), safe=False), sentences

    def _numbers(self, column: pa.Array) -> Numbers | None:
        """All numbers at once, NaN where a cell is empty; None where one is written in another way."""
        if not self._is_plain or not self._can_be_cast(column):
            return None
        try:
            numbers: Numbers = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return None
        return numbers if self._is_as_read(column, numbers) else None

    @property
    def _is_plain(self) -> bool:
        return self.wanted.kind in NUMERIC_KINDS and not self.is_converted and not self.replaced

    def _may_be_numbers(self, column: pa.Array) -> bool:
        """Whether they are texts that may be cast once some of them are away."""
        return self._is_plain and _is_text(column.type) and self._can_be_cast(column)

    def _can_be_cast(self, column: pa.Array) -> bool:
        if _is_text(column.type):
            return self.sample.decimal == "."
        if pa.types.is_integer(column.type):
            return _is_exact(column)
        return bool(pa.types.is_floating(column.type))

    def _is_as_read(self, column: pa.Array, numbers: Numbers) -> bool:
        """Whether no cell says `nan` or `inf`, and no whole number is longer than a float holds."""
        is_written = int(np.isnan(numbers).sum()) != column.null_count
        if (is_written and not pa.types.is_floating(column.type)) or np.isinf(numbers).any():
            return False
        return self.wanted.kind != "integer" or not (np.abs(numbers) >= 2**53).any()

    def _by_value(self, column: pa.Array) -> ReadColumn:
        """Each different cell is read once, in the way that a table in memory is."""
        try:
            coded = column.dictionary_encode("encode")
        except pa.ArrowNotImplementedError:  # lists and objects
            coded = None
        different = column if coded is None else coded.dictionary
        read = kinds.values(self._cells(different), self.wanted)
        values = typed(self.wanted, read.values, read.sentences)
        if coded is None:
            return ReadColumn(values=values, sentences=dict(read.sentences))
        places = coded.indices.to_numpy(zero_copy_only=False)
        words = np.empty(len(different), dtype=object)
        for i, sentence in read.sentences.items():
            words[i] = sentence
        bad = np.flatnonzero(np.isin(places, list(read.sentences))) if read.sentences else ()
        return ReadColumn(
            values=values.take(coded.indices),
            sentences={int(i): words[places[i]] for i in bad},
            empty_words=self._empty_words(different, places),
        )

    def _empty_words(self, different: pa.Array, places: Array) -> Mapping[str, int]:
        """How often the words are there that say nothing, each of which is once among the different cells."""
        found = empty_words.words_in(different, self.wanted, self.replaced)
        if not found:
            return {}
        at = pc.index_in(pa.array(list(found), different.type), different).to_numpy()
        counts = np.bincount(places, minlength=len(different))
        return {word: int(counts[i]) for word, i in zip(found, at.tolist(), strict=True)}

    def _cells(self, column: pa.Array) -> Cells:
        listed = column.to_pylist()
        cells = np.empty(len(listed), dtype=object)
        for i, cell in enumerate(listed):
            plain = self.replaced.get(cell, cell) if isinstance(cell, str) else cell
            cells[i] = None if isinstance(plain, str) and not plain.strip() else plain
        return replace(self.sample, cells=cells)


def type_of(wanted: Field) -> pa.DataType:
    """The type of a field's values in a block."""
    if wanted.kind == "category" and wanted.choices:
        kinds_of = {type(choice) for choice in wanted.choices}
        if kinds_of == {int}:
            return pa.int64()
        return pa.string() if kinds_of == {str} else pa.binary()
    if wanted.kind == "category":
        return pa.string() if wanted.datatype == "BYTES" else pa.binary()
    return pa.binary() if wanted.kind in AS_JSON else _TYPES.get(wanted.kind, pa.string())


def typed(
    wanted: Field, values: np.ndarray[tuple[int], np.dtype[np.generic]], sentences: dict[int, str]
) -> pa.Array:
    """Values as Arrow has them; what no type holds as JSON. Adds a sentence for a number that is too long."""
    kind = type_of(wanted)
    listed = [None if i in sentences or _is_nan(v) else v for i, v in enumerate(values.tolist())]
    if pa.types.is_binary(kind):
        return pa.array([None if v is None else orjson.dumps(v) for v in listed], kind)
    try:
        return pa.array(listed, kind)
    except (pa.ArrowInvalid, OverflowError, pa.ArrowTypeError):
        kept = []
        for i, value in enumerate(listed):
            try:
                kept.append(pa.scalar(value, kind).as_py())
            except (pa.ArrowInvalid, OverflowError, pa.ArrowTypeError):
                sentences[i] = f"{wanted.title} cannot be {str(value)[:40]} in a large file."
                kept.append(None)
        return pa.array(kept, kind)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and value != value


def _is_exact(column: pa.Array) -> bool:
    limits = pc.min_max(column).as_py()
    return all(limit is None or abs(limit) < 2**53 for limit in limits.values())
