"""One look of a schedule: what is new becomes a batch each, what changed is told, and everything is written down once.

That a file is known and that its batch begins is one transaction, so a look that is cut off and made again begins no
second batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

import db.batch_schedules
import db.source_rows
from batch import schedules
from batch.errors import NothingToSend, of_disk
from batch.folder import BatchFolder
from batch.jobs import large_file
from batch.jobs.large_file import LargeFile
from batch.partition import Facts
from db.batch_schedules import CHANGED, REFUSED, SCORED, FileView, ScheduleView
from db.engine import Session, Sessions, reading, writing
from db.errors import Conflict, StorageError
from db.ids import new_id, utc_now
from db.source_rows import QueryRefused, SourceRows
from jobs.contract import Kind, Progress, Run
from jobs.errors import JobFailed, JobUnderWay
from mds_client.errors import MdsError
from mds_client.signature import ModelRef, Signature
from settings import Settings

# A file that was written less than this many seconds ago may not be whole yet.
SETTLED = timedelta(seconds=30)
# Of a query so many rows are read at a look; the next one goes on after them.
MOST_ROWS = 1_000_000
_MOST_NAMED = 5
# What may be otherwise at the next look: nothing of it is written down.
_PASSING = ("changed_file", "not_opened")
# What is wrong with the file itself: it is not read again before it changes.
_OF_FILE = ("unreadable_file", "too_large", "locked", NothingToSend.kind)


class Found(Protocol):
    """A file as it lies in a folder or a bucket."""

    @property
    def url(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def digest(self) -> str: ...
    @property
    def modified_at(self) -> datetime | None: ...


class Tools(Protocol):
    """What a look needs."""

    @property
    def sessions(self) -> Sessions: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def batches_root(self) -> Path: ...
    @property
    def kinds(self) -> Mapping[str, Kind]: ...
    def deployed(self, ref: ModelRef) -> Signature: ...
    def files_in(self, place: str, pattern: str) -> Sequence[Found]: ...
    def write_rows(
        self,
        url: str,
        signature: Signature,
        reading: Mapping[str, object],
        folder: BatchFolder,
        report: Callable[[int], None],
    ) -> Facts: ...


@dataclass(kw_only=True)
class _Told:
    """What came of a look, by the names of the files."""

    scored: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """All of it, or that there is nothing new."""
        said = [
            _part(self.scored, "new file is being scored", "new files are being scored"),
            _part(
                self.again,
                "changed file is being scored again",
                "changed files are being scored again",
            ),
            _part(
                self.changed,
                "file changed since it was scored, and was not scored again",
                "files changed since they were scored, and were not scored again",
            ),
            _part(self.refused, "file could not be scored", "files could not be scored"),
            _part(
                self.waiting,
                "file is not ready, and is looked at next time",
                "files are not ready, and are looked at next time",
            ),
        ]
        return " ".join(filter(None, said)) or "Nothing is new."


def _part(names: Sequence[str], one: str, many: str) -> str:
    """A sentence with the first names; empty for none."""
    if not names:
        return ""
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    words = one if len(names) == 1 else many
    return f"{len(names):,} {words}: {', '.join(names[:_MOST_NAMED])}{more}."


class Look:
    """A look of one schedule, for one run of a job."""

    def __init__(
        self,
        run: Run,
        tools: Tools,
        schedule: ScheduleView,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._run, self._tools, self._schedule, self._clock = run, tools, schedule, clock
        self._told = _Told()

    def perform(self) -> str:
        """What came of it, in sentences; also kept with the schedule. Raises MdsError."""
        try:
            is_query = self._schedule.source == db.batch_schedules.QUERY
            words = self._rows() if is_query else self._files()
        except MdsError as error:
            self._note(f"{error.sentence} {error.advice}".strip())
            raise
        self._note(words)
        return words

    def _note(self, words: str) -> None:
        with writing(self._tools.sessions) as session:
            db.batch_schedules.note_look(session, self._schedule.id, self._clock(), words)

    def _signature(self) -> Signature:
        found = self._schedule
        ref = ModelRef(server=found.server, name=found.model, version=found.version)
        return self._tools.deployed(ref)

    def _files(self) -> str:
        listed = self._tools.files_in(self._schedule.place, self._schedule.pattern)
        with reading(self._tools.sessions) as session:
            known = db.batch_schedules.files(session, self._schedule.id)
        digests = {each.digest for each in known}
        scored = {each.name for each in known if each.state != REFUSED}
        fresh = [each for each in listed if each.digest not in digests]
        signature = self._signature() if fresh else None
        for place, found in enumerate(fresh):
            self._run.report(Progress(fraction=place / len(fresh), words=f"Reading {found.name}"))
            self._run.check()
            if signature is not None:
                self._one(found, found.name in scored, signature)
        return self._told.sentence()

    def _one(self, found: Found, is_changed: bool, signature: Signature) -> None:
        if found.modified_at and self._clock() - found.modified_at < SETTLED:
            self._told.waiting.append(found.name)
        elif is_changed and self._schedule.changed == "tell":
            self._keep(found, CHANGED, "It changed since it was scored.")
            self._told.changed.append(found.name)
        else:
            self._score(found, is_changed, signature)

    def _score(self, found: Found, is_changed: bool, signature: Signature) -> None:
        batch_id = new_id()
        try:
            given = self._given(found.url, self._schedule.reading, batch_id, signature)
        except MdsError as error:
            if error.kind in _PASSING:
                self._told.waiting.append(found.name)
            elif error.kind in _OF_FILE:
                self._keep(found, REFUSED, f"{error.sentence} {error.advice}".strip())
                self._told.refused.append(f"{found.name} ({error.sentence.rstrip('.')})")
            else:  # the disk, the database, or somebody who stopped it
                raise
            return
        view = self._view(found, SCORED, batch_id=batch_id)
        if self._begun(given, found.name, found.digest, partial(_add_file, view=view)):
            (self._told.again if is_changed else self._told.scored).append(found.name)

    def _given(
        self, url: str, reading_as: Mapping[str, object], batch_id: str, signature: Signature
    ) -> LargeFile:
        """The rows of a file, on the disk and ready to be asked. Raises MdsError where none can be sent."""
        folder = BatchFolder(self._tools.batches_root, batch_id)
        facts = self._tools.write_rows(
            url, signature, reading_as, folder, lambda _: self._run.check()
        )
        if not facts.good:
            folder.remove()
            why = max(facts.problems, key=lambda words: facts.problems[words][0], default="")
            raise NothingToSend(why)
        return LargeFile(
            batch_id=batch_id,
            model=signature.model,
            signature=signature,
            rows=facts.rows,
            record=self._schedule.record,
            share=self._schedule.share,
            base=self._tools.settings.address,
        )

    def _begun(
        self, given: LargeFile, name: str, digest: str, also: Callable[[Session], None]
    ) -> bool:
        """Whether the batch begins now: not where another process began it."""
        once = hashlib.sha256(f"{self._schedule.id}/{digest}".encode()).hexdigest()
        folder = BatchFolder(self._tools.batches_root, given.batch_id)
        try:
            job = large_file.start(
                None,
                self._tools.sessions,
                self._tools.kinds[large_file.NAME],
                given,
                file_name=name,
                question=f"schedule/{once}",
                person=self._schedule.person,
                press=f"schedule/{once}",
                groups=self._schedule.groups,
                also=also,
            )
        except (Conflict, JobUnderWay):
            folder.remove()
            return False
        except BaseException:
            folder.remove()
            raise
        if job.id != given.batch_id:
            folder.remove()
        return job.id == given.batch_id

    def _keep(self, found: Found, state: str, words: str) -> None:
        with writing(self._tools.sessions) as session:
            db.batch_schedules.add_file(session, self._view(found, state, words=words))

    def _view(self, found: Found, state: str, *, words: str = "", batch_id: str = "") -> FileView:
        return FileView(
            schedule_id=self._schedule.id,
            digest=found.digest,
            name=found.name,
            size=found.size,
            seen_at=self._clock(),
            state=state,
            words=words,
            batch_id=batch_id,
        )

    def _rows(self) -> str:
        found = self._asked()
        if not found.rows:
            return "Nothing is new."
        batch_id = new_id()
        folder = BatchFolder(self._tools.batches_root, batch_id)
        folder.make()
        file = folder.path / "query.parquet"
        try:
            pq.write_table(_table(found), file)
            given = self._given(str(file), {}, batch_id, self._signature())
            file.unlink()
        except NothingToSend as error:
            with writing(self._tools.sessions) as session:
                db.batch_schedules.note_key(session, self._schedule, found.last_key)
            return f"{len(found.rows):,} new rows could not be scored. {error.sentence}"
        except OSError as error:
            folder.remove()
            raise of_disk(error) from error
        except BaseException:
            folder.remove()
            raise
        name = f"{self._schedule.place}, {len(found.rows):,} rows"
        also = partial(_note_key, schedule=self._schedule, last_key=found.last_key)
        if not self._begun(given, name, found.last_key, also):
            return "Nothing is new."
        more = " There are more: the next look goes on." if len(found.rows) == MOST_ROWS else ""
        return f"{len(found.rows):,} new rows are begun to be scored.{more}"

    def _asked(self) -> SourceRows:
        wanted = self._schedule
        url = schedules.database_url(self._tools.settings, wanted.place)
        try:
            return db.source_rows.rows_after(
                url, wanted.query, wanted.key_column, wanted.last_key, MOST_ROWS
            )
        except QueryRefused as error:
            raise JobFailed(str(error), advice="Make the schedule again.") from error
        except StorageError as error:
            raise JobFailed(
                f"The database {wanted.place} did not answer the query.",
                advice="The log has the details. The next run tries again.",
                detail=str(error),
            ) from error


def _add_file(session: Session, view: FileView) -> None:
    db.batch_schedules.add_file(session, view)


def _note_key(session: Session, schedule: ScheduleView, last_key: str) -> None:
    if not db.batch_schedules.note_key(session, schedule, last_key):
        raise Conflict("these rows were read by another process")


def _table(found: SourceRows) -> pa.Table:
    """The rows as columns; one of several types is text."""
    columns = []
    for place in range(len(found.columns)):
        cells = [row[place] for row in found.rows]
        try:
            columns.append(pa.array(cells))
        except pa.ArrowException:
            columns.append(pa.array([None if cell is None else str(cell) for cell in cells]))
    return pa.Table.from_arrays(columns, names=list(found.columns))
