"""Queries on the chunks of large files: who works on which rows, and what came of them.

A chunk is taken before its rows are sent, and done in one statement that only its runner can make. What a process left
behind that gives no sign of life is taken again by another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, Update, delete, func, select, update
from sqlalchemy.orm import Session

from db.tables import Batch, BatchChunk

RUNNING, DONE = "running", "done"


@dataclass(frozen=True, kw_only=True)
class ChunkView:
    """Rows of a large file: from `first_row` on, counted from 0, so many; the others as in `BatchChunk`."""

    batch_id: str
    first_row: int
    rows: int
    state: str = RUNNING
    runner: str = ""
    tries: int = 1
    part: str = ""
    answered: int = 0
    version: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How far a large file is, in rows."""

    done: int = 0
    answered: int = 0
    chunks: int = 0
    is_whole: bool = False


_NAMES = tuple(field.name for field in fields(ChunkView))
# Without the ids of the cases, which may be thousands.
_views = select(*(getattr(BatchChunk, name) for name in _NAMES))


def is_left_behind(session: Session, batch_id: str, living: Collection[str]) -> bool:
    """Whether there is a chunk whose process is not among the living."""
    left = _left_behind(batch_id, living)
    return session.scalar(select(BatchChunk.first_row).where(*left).limit(1)) is not None


def take_left_behind(
    session: Session, batch_id: str, runner: str, living: Collection[str]
) -> ChunkView | None:
    """A chunk whose process is not among the living, from now on of this runner; None where there is none."""
    left = _left_behind(batch_id, living)
    row = session.scalar(select(BatchChunk).where(*left).order_by(BatchChunk.first_row).limit(1))
    if row is None:
        return None
    found = _view(row)
    mine = {"runner": runner, "tries": found.tries + 1}
    if not _changed(session, _of(found).values(mine)):
        return None
    return ChunkView(**{**{name: getattr(found, name) for name in _NAMES}, **mine})


def _left_behind(batch_id: str, living: Collection[str]) -> Sequence[ColumnElement[bool]]:
    return (
        BatchChunk.batch_id == batch_id,
        BatchChunk.state == RUNNING,
        BatchChunk.runner.not_in(living),
    )


def take_next(
    session: Session,
    batch_id: str,
    runner: str,
    size: Callable[[int], int],
    total: int,
    now: datetime,
) -> ChunkView | None:
    """The next rows that nobody has taken, as many as `size` says of all that are left; None where none are. Raises Conflict
    where another took them meanwhile."""
    # One after the other, where several would each take the same and all but one in vain.
    session.execute(select(Batch.id).filter_by(id=batch_id).with_for_update(key_share=True))
    # By the key: however many chunks there are, one is read.
    last = select(BatchChunk.first_row + BatchChunk.rows).filter_by(batch_id=batch_id)
    first = session.scalar(last.order_by(BatchChunk.first_row.desc()).limit(1)) or 0
    if first >= total:
        return None
    chunk = ChunkView(
        batch_id=batch_id,
        first_row=first,
        rows=min(size(total - first), total - first),
        runner=runner,
    )
    facts = {name: getattr(chunk, name) for name in _NAMES}
    session.add(BatchChunk(**facts, created_at=now, case_ids=[]))
    session.flush()
    return chunk


def finish(session: Session, chunk: ChunkView, case_ids: Sequence[str], now: datetime) -> bool:
    """A chunk is done, with these facts and cases; False when it is not its runner's any more."""
    names = ("part", "answered", "version", "seconds")
    values = {name: getattr(chunk, name) for name in names}
    values |= {"state": DONE, "case_ids": list(case_ids), "created_at": now}
    return _changed(session, _of(chunk).values(values))


def release(session: Session, batch_id: str, runner: str) -> None:
    """What a runner has taken and not done can be taken by others."""
    ours = (BatchChunk.batch_id == batch_id, BatchChunk.runner == runner)
    query = update(BatchChunk).where(*ours, BatchChunk.state == RUNNING)
    session.execute(query.values(runner=""))


def tally(session: Session, batch_id: str, total: int) -> Tally:
    """How many rows are done, and whether all are."""
    sums = (func.sum(BatchChunk.rows), func.sum(BatchChunk.answered), func.count())
    query = select(*sums).filter_by(batch_id=batch_id, state=DONE)
    rows, answered, chunks = session.execute(query).one()
    done = int(rows or 0)
    return Tally(done=done, answered=int(answered or 0), chunks=chunks or 0, is_whole=done >= total)


def done(session: Session, batch_id: str) -> list[ChunkView]:
    """The chunks that are done, in the order of their rows."""
    query = _views.filter_by(batch_id=batch_id, state=DONE).order_by(BatchChunk.first_row)
    return [ChunkView(**row) for row in session.execute(query).mappings()]


def spans_done(session: Session, batch_id: str) -> list[tuple[int, int]]:
    """Which rows are done: from a first one on so many each, in their order."""
    query = select(BatchChunk.first_row, BatchChunk.rows).filter_by(batch_id=batch_id, state=DONE)
    return [(first, rows) for first, rows in session.execute(query.order_by(BatchChunk.first_row))]


def done_at(session: Session, batch_id: str, first_row: int) -> ChunkView | None:
    """The chunk that begins at this row, if it is done."""
    query = _views.filter_by(batch_id=batch_id, first_row=first_row, state=DONE)
    found = session.execute(query).mappings().one_or_none()
    return ChunkView(**found) if found else None


def runners(session: Session, batch_id: str) -> dict[str, int]:
    """How many rows each process has done."""
    query = select(BatchChunk.runner, func.sum(BatchChunk.rows)).where(
        BatchChunk.batch_id == batch_id, BatchChunk.state == DONE
    )
    found = session.execute(query.group_by(BatchChunk.runner)).all()
    return {name: int(rows) for name, rows in found}


def versions(session: Session, batch_id: str) -> list[str]:
    """The versions that answered, as they first stand in the file."""
    query = select(BatchChunk.version).filter_by(batch_id=batch_id, state=DONE)
    ordered = session.scalars(query.order_by(BatchChunk.first_row))
    return list(dict.fromkeys(v for text in ordered for v in text.split("\n") if v))


def folders(session: Session) -> set[str]:
    """The folders that some batch names."""
    return set(session.scalars(select(Batch.folder).where(Batch.folder != "")))


def forget(session: Session, batch_id: str) -> None:
    """Take a batch back that never began."""
    session.execute(delete(BatchChunk).where(BatchChunk.batch_id == batch_id))
    session.execute(delete(Batch).where(Batch.id == batch_id))


def _of(chunk: ChunkView) -> Update:
    """A change of a chunk as long as it is as it was read."""
    return update(BatchChunk).where(
        BatchChunk.batch_id == chunk.batch_id,
        BatchChunk.first_row == chunk.first_row,
        BatchChunk.state == RUNNING,
        BatchChunk.runner == chunk.runner,
        BatchChunk.tries == chunk.tries,
    )


def _changed(session: Session, statement: Update) -> bool:
    return bool(session.scalars(statement.returning(BatchChunk.first_row)).all())


def _view(row: BatchChunk) -> ChunkView:
    return ChunkView(**{name: getattr(row, name) for name in _NAMES})
