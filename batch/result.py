"""The result of a batch: all rows of the file in its order, with what came of each; whole on the disk or not there.

While later rows are asked about, what is done already is written by a thread (`Joining`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from batch import parquet
from batch.errors import PartitionGone
from batch.folder import BatchFolder, remove_unfinished, write_whole
from batch.parquet import GROUP_ROWS
from batch.partition import PROBLEM, Partition

log = logging.getLogger(__name__)

NOT_ASKED = "Not asked yet."
SHARE = "p:"
# How the column with the probability of a label begins.
SHARE_OF = "Probability of "
ANSWER, SURE, WHY, CASE, VERSION = "Answer", "Probability", "Problem", "Case", "Version"
OUTCOMES = (ANSWER, SURE, WHY, CASE, VERSION)
LOOK_SECONDS = 0.3


class Done(Protocol):
    """A chunk that is done: which rows, and the file of its answers."""

    @property
    def first_row(self) -> int: ...
    @property
    def rows(self) -> int: ...
    @property
    def part(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class _Form:
    """What all rows of a result have in common: the schema, the labels with a probability, whether answers are numbers."""

    schema: pa.Schema
    labels: Sequence[str]
    is_number: bool


def part_name(first_row: int, tries: int) -> str:
    """The file of a chunk's answers. Each try has its own: one that was taken for dead changes nothing of another's."""
    return f"{first_row:012d}-{tries}.parquet"


def write_part(folder: BatchFolder, name: str, table: pa.Table) -> None:
    """Keep the answers of a chunk: a row each. Raises MdsError."""

    def fill(path: Path) -> None:
        with parquet.writer(path, table) as out:
            out.write_table(table)

    write_whole(folder.parts / name, fill)


def join(folder: BatchFolder, done: Sequence[Done], base: str = "") -> Path:
    """Write the result as Parquet: every row of the file once, those that no chunk has yet with a sentence on that.

    `done` are in the order of their rows; `base` is the address before the link to a case. Raises MdsError.
    """
    partition = Partition(folder)
    return _written(folder, partition, done, _form(folder, partition, done), base)


class Over(Exception):
    """Nothing more is to be joined for now."""


@dataclass(kw_only=True)
class Joining:
    """Within it, a thread writes the result as far as its first chunks are done. `following` finds the chunk that begins at a
    row, if it is done; it is called in that thread."""

    folder: BatchFolder
    rows: int
    following: Callable[[int], Done | None]
    base: str = ""
    _thread: threading.Thread = field(init=False)
    _is_all_asked: threading.Event = field(default_factory=threading.Event)
    _is_over: bool = False
    _path: Path | None = None

    def __enter__(self) -> Joining:
        self._thread = threading.Thread(target=self._run, name="joining", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        self._await()

    def end(self, done: Callable[[], Sequence[Done]]) -> Path:
        """The result, once all rows are done: what was written meanwhile, else all of it from `done`. Raises MdsError."""
        self._await()
        return self._path or join(self.folder, done(), self.base)

    def _await(self) -> None:
        self._is_all_asked.set()
        self._thread.join()

    def _run(self) -> None:
        remove_unfinished(self.folder.result("parquet"))
        try:
            partition, chunks = Partition(self.folder), self._chunks()
            first = next(chunks)
            form = _form(self.folder, partition, [first])
            alike = _alike(self.folder, chunks, form)
            self._path = _written(self.folder, partition, chain([first], alike), form, self.base)
        except Over:
            pass
        except Exception as error:  # all of it is tried again at the end, where it is told
            log.warning("the result of %s waits: %s", self.folder.path.name, error)

    def _chunks(self) -> Iterator[Done]:
        """The chunks in their order, each as soon as it is done. Raises Over."""
        at = 0
        while at < self.rows:
            if self._is_over:
                raise Over
            was_last_look = self._is_all_asked.is_set()
            chunk = self.following(at)
            if chunk is not None:
                yield chunk
                at += chunk.rows
            elif was_last_look:
                raise Over
            else:
                self._is_all_asked.wait(LOOK_SECONDS)


def _alike(folder: BatchFolder, chunks: Iterator[Done], form: _Form) -> Iterator[Done]:
    """The chunks as long as what was answered has this form. Raises Over."""
    for chunk in chunks:
        labels, is_number = _answered(folder, [chunk])
        if not set(labels) <= set(form.labels) or is_number > form.is_number:
            raise Over
        yield chunk


def _written(
    folder: BatchFolder, partition: Partition, done: Iterable[Done], form: _Form, base: str
) -> Path:
    path = folder.result("parquet")

    tables = _grouped(_rows(folder, partition, done, form, base))
    write_whole(path, lambda beside: parquet.write(beside, tables, form.schema))
    return path


def _grouped(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """The rows in groups of one size, whatever the chunks were."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        if sum(map(len, waiting)) >= GROUP_ROWS:
            whole = pa.concat_tables(waiting)
            end = len(whole) // GROUP_ROWS * GROUP_ROWS
            yield whole.slice(0, end)
            waiting = [whole.slice(end)]
    if waiting:
        yield pa.concat_tables(waiting)


def _rows(
    folder: BatchFolder, partition: Partition, done: Iterable[Done], form: _Form, base: str
) -> Iterator[pa.Table]:
    at = 0
    for chunk in done:
        yield from _nothing_yet(partition, at, chunk.first_row, form)
        try:
            part = pq.read_table(folder.parts / chunk.part)
        except (OSError, pa.ArrowException) as error:
            raise PartitionGone(str(error)) from error
        yield _joined(partition.own(chunk.first_row, chunk.rows), part, form, base)
        at = chunk.first_row + chunk.rows
    yield from _nothing_yet(partition, at, partition.facts.rows, form)


def _nothing_yet(partition: Partition, start: int, end: int, form: _Form) -> Iterator[pa.Table]:
    for first in range(start, end, GROUP_ROWS):
        rows = min(GROUP_ROWS, end - first)
        nothing = pa.table({"problem": pa.array([NOT_ASKED] * rows, pa.string())})
        yield _joined(partition.own(first, rows), nothing, form, "")


def _joined(own: pa.Table, part: pa.Table, form: _Form, base: str) -> pa.Table:
    rows = len(own)
    columns = [own.column(i) for i in range(own.num_columns - 2)]
    problem = pc.coalesce(own.column(PROBLEM), part.column("problem"))
    cases = _of(part, "case", rows, pa.string())
    link = pc.binary_join_element_wise(pa.scalar(f"{base}/predict?case="), cases, "")
    columns += [
        _of(part, "number" if form.is_number else "answer", rows, form.schema.types[len(columns)]),
        _of(part, "sure", rows, pa.float64()),
        *(_of(part, SHARE + label, rows, pa.float64()) for label in form.labels),
        problem,
        link,
        _of(part, "version", rows, pa.string()),
    ]
    return pa.Table.from_arrays(columns, schema=form.schema)


def _of(part: pa.Table, name: str, rows: int, kind: pa.DataType) -> pa.ChunkedArray:
    if name in part.column_names:
        return part.column(name).cast(kind)
    return pa.chunked_array([pa.nulls(rows, kind)])


def _form(folder: BatchFolder, partition: Partition, done: Sequence[Done]) -> _Form:
    labels, is_number = _answered(folder, done)
    own = partition.own(0, min(1, partition.facts.rows)) if partition.facts.rows else None
    kinds = list(own.schema.types[:-2]) if own is not None else []
    schema = schema_of(partition.facts.columns, kinds, labels, is_number)
    return _Form(schema=schema, labels=labels, is_number=is_number)


def _answered(folder: BatchFolder, done: Sequence[Done]) -> tuple[list[str], bool]:
    """The labels that have a probability in the answers of these chunks, and whether some are numbers."""
    labels: dict[str, None] = {}
    is_number = False
    for chunk in done:
        try:
            file = pq.ParquetFile(folder.parts / chunk.part)
        except (OSError, pa.ArrowException) as error:
            raise PartitionGone(str(error)) from error
        names = file.schema_arrow.names
        labels |= dict.fromkeys(n.removeprefix(SHARE) for n in names if n.startswith(SHARE))
        is_number = is_number or _has_numbers(file)
    return list(labels), is_number


def schema_of(
    names: Sequence[str], kinds: Sequence[pa.DataType], labels: Sequence[str], is_number: bool
) -> pa.Schema:
    """The columns of a result: the file's own, the answer, its probability and that of each label, what went wrong, the link to
    its case, and the version that answered."""
    added = [ANSWER, SURE, *(f"{SHARE_OF}{label}" for label in labels), WHY, CASE, VERSION]
    fresh: list[str] = []
    for name in added:
        fresh.append(_fresh(name, [*names, *fresh]))
    answer = pa.float64() if is_number else pa.string()
    shares = [pa.float64()] * len(labels)
    outcome = [answer, pa.float64(), *shares, pa.string(), pa.string(), pa.string()]
    fields = [pa.field(n, k) for n, k in zip([*names, *fresh], [*kinds, *outcome], strict=True)]
    return pa.schema(fields, metadata={"own": str(len(names)), "labels": str(len(labels))})


def _has_numbers(file: pq.ParquetFile) -> bool:
    if "number" not in file.schema_arrow.names:
        return False
    place = file.schema_arrow.names.index("number")
    groups = (file.metadata.row_group(i) for i in range(file.metadata.num_row_groups))
    return any(
        (facts := group.column(place).statistics) is None or facts.null_count < group.num_rows
        for group in groups
    )


def _fresh(name: str, taken: Sequence[str]) -> str:
    """The name, or one that no column of the file has."""
    known = {one.casefold() for one in taken}
    names = chain((name, f"{name} of the model"), (f"{name} {i}" for i in count(2)))
    return next(one for one in names if one.casefold() not in known)
