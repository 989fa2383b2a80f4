"""A short file, whose rows are cases and lie in no folder: put into one with what came of them, so that corrected rows become part of
it as they do of a large file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from batch import answers, partition, result
from batch.corrections import Places, places_among
from batch.folder import BatchFolder
from batch.partition import Facts
from mds_client.prediction import Answer
from mds_client.signature import ModelRef, Signature


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a row: the answer, or in a sentence why there is none; its case, and the version that answered."""

    answer: Answer | None = None
    problem: str = ""
    case_id: str = ""
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class ShortFile:
    """All rows of the file: its own columns, where a person finds each row as `row_word` counts, and what came of it."""

    name: str
    columns: Sequence[str]
    own: Sequence[pa.Array]
    row_numbers: Sequence[int]
    outcomes: Sequence[Outcome]
    row_word: str = "row"

    @property
    def facts(self) -> Facts:
        """What is known of it, as of the rows of a large file."""
        good = sum(each.answer is not None for each in self.outcomes)
        return Facts(
            rows=len(self.row_numbers),
            good=good,
            columns=list(self.columns),
            fields=(),
            row_word=self.row_word,
            name=self.name,
        )

    def places_of(self, cells: Sequence[object]) -> Places:
        """Where rows stand in it, counted from 0, by the cells that say so. Raises NotItsRows unless each is one of its rows
        without an answer, and none is there twice."""
        known = np.array(self.row_numbers, dtype=np.int64)
        is_answered = np.array([each.answer is not None for each in self.outcomes], dtype=bool)
        return places_among(known, is_answered, cells)


@dataclass(frozen=True, kw_only=True)
class _Block:
    own: list[pa.Array]
    rows: pa.Array
    problems: pa.Array
    values: list[pa.Array] = field(default_factory=list)
    empty_words: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Part:
    first_row: int
    rows: int
    part: str


def write(folder: BatchFolder, file: ShortFile, base: str) -> None:
    """Put it into a folder, with its result; `base` is the address before the link to a case. Raises MdsError."""
    problems = [None if each.case_id else each.problem or None for each in file.outcomes]
    block = _Block(
        own=list(file.own),
        rows=pa.array(file.row_numbers, pa.int64()),
        problems=pa.array(problems, pa.string()),
    )
    partition.write(
        folder,
        iter([block]),
        columns=file.columns,
        signature=Signature(model=ModelRef(server="", name="short"), inputs=()),
        name=file.name,
        row_word=file.row_word,
    )
    name = result.part_name(0, 0)
    result.write_part(folder, name, _table(file.outcomes))
    result.join(folder, [_Part(first_row=0, rows=len(file.outcomes), part=name)], base)


def _table(outcomes: Sequence[Outcome]) -> pa.Table:
    """What came of each row, as a chunk of a large file has it."""
    columns = answers.as_arrow(answers.of_each([each.answer for each in outcomes]))
    texts = {
        "version": [each.version or None for each in outcomes],
        "problem": [each.problem or None for each in outcomes],
        "case": [each.case_id or None for each in outcomes],
    }
    columns += [(name, pa.array(listed, pa.string())) for name, listed in texts.items()]
    return pa.Table.from_arrays([c for _, c in columns], [n for n, _ in columns])
