"""Queries on batches: the files that models were asked about, and the case of each of their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Select, func, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.tables import Batch, BatchChunk


@dataclass(frozen=True, kw_only=True)
class BatchView:
    """A batch as it was asked for, under the id of its job. `rows` is how many it is about; `table_sha256` names the
    file's own table, where that was kept. `folder` is where the rows of a large file lie, `record` which of them become
    cases. Of rows that are corrected ones of another batch, `corrects` is that one."""

    id: str
    server: str
    model: str
    version: str
    person: str
    created_at: datetime
    file_name: str
    question: str
    key: str
    rows: int
    table_sha256: str = ""
    folder: str = ""
    record: str = "all"
    corrects: str = ""


_NAMES = tuple(field.name for field in fields(BatchView))


def add(session: Session, batch: BatchView) -> None:
    """Add a batch. Raises Conflict for an id that is taken."""
    session.add(Batch(**{name: getattr(batch, name) for name in _NAMES}))
    session.flush()


def by_id(session: Session, batch_id: str) -> BatchView | None:
    """The batch of a job; None when there is none."""
    row = session.get(Batch, batch_id)
    return None if row is None else _view(row)


def by_question(session: Session, question: str) -> BatchView | None:
    """The newest batch of a question."""
    query = select(Batch).where(Batch.question == question)
    row = session.scalar(query.order_by(Batch.created_at.desc(), Batch.id.desc()).limit(1))
    return None if row is None else _view(row)


def newest(
    session: Session, *, server: str, model: str, person: str, limit: int
) -> list[BatchView]:
    """What a person asked of a model, the newest first."""
    query = select(Batch).filter_by(server=server, model=model, person=person)
    newest_first = query.order_by(Batch.created_at.desc(), Batch.id.desc()).limit(limit)
    return [_view(row) for row in session.scalars(newest_first)]


def corrections_of(session: Session, batch_id: str) -> list[BatchView]:
    """The batches about corrected rows of this one, the newest first."""
    query = select(Batch).where(Batch.corrects == batch_id)
    return [_view(row) for row in session.scalars(query.order_by(Batch.id.desc()))]


def of_rows(session: Session, rows: int, limit: int) -> list[BatchView]:
    """The batches about large files with so many rows, the newest first."""
    query = select(Batch).where(Batch.rows == rows, Batch.folder != "")
    newest_first = query.order_by(Batch.created_at.desc(), Batch.id.desc()).limit(limit)
    return [_view(row) for row in session.scalars(newest_first)]


def add_chunk(
    session: Session, batch_id: str, first: int, case_ids: Sequence[str], now: datetime
) -> None:
    """The rows from `first` on have these cases. A chunk that is there stays as it is."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    row = {
        "batch_id": batch_id,
        "first_row": first,
        "created_at": now,
        "case_ids": list(case_ids),
    }
    session.execute(insert(BatchChunk).values(row).on_conflict_do_nothing())


def case_ids(session: Session, batch_id: str) -> list[str]:
    """The case of each row that was asked, in the order of the rows, up to the first that was not."""
    query = select(BatchChunk).filter_by(batch_id=batch_id).order_by(BatchChunk.first_row)
    ids: list[str] = []
    for chunk in session.scalars(query):
        if chunk.first_row > len(ids):
            break
        ids[chunk.first_row :] = chunk.case_ids
    return ids


def members(session: Session, batch_id: str) -> Select[tuple[str]]:
    """The cases of a batch as a subquery, however many they are."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    unfold = func.json_each if is_sqlite else func.json_array_elements_text
    each = unfold(BatchChunk.case_ids).table_valued("value", joins_implicitly=True)
    # The join says that the chunk comes first, which PostgreSQL asks for.
    chunks = select(each.c.value).select_from(BatchChunk).join(each, true())
    return chunks.where(BatchChunk.batch_id == batch_id)


def _view(row: Batch) -> BatchView:
    return BatchView(**{name: getattr(row, name) for name in _NAMES})
