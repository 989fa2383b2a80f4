"""One run of a job, from its first word to the transaction that ends it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

import db.jobs
from db.engine import Session, Sessions, reading, writing
from db.errors import Conflict, StorageError
from db.ids import utc_now
from db.job_view import JobView
from jobs.contract import Kind, Progress
from jobs.errors import JobCancelled, JobFailed, JobLost
from jobs.payload import Codec, UnreadablePayload
from mds_client.errors import MdsError

log = logging.getLogger(__name__)
T = TypeVar("T")

# How often a run writes how far it is, and looks whether somebody wants it stopped.
WRITE_SECONDS = 0.5
# Pauses between the attempts of a finished run to write its result.
KEEP_PAUSES = (1.0, 3.0, 10.0, 30.0)
_OLDER = JobFailed(
    "Another version of the workbench made this job, and this version cannot go on with it.",
    advice="Start it again.",
)


Save = Callable[[Session], str]
# Whether who asked for a job may still ask for it.
MayGoOn = Callable[[Session, JobView, Kind], bool]


def always(_session: Session, _job: JobView, _kind: Kind) -> bool:
    """Where nothing says who may do what."""
    return True


def _nothing(_session: Session) -> str:
    return ""


class Steps(Protocol):
    """Remembers the parts of a run that are done."""

    def __call__(self, name: str, work: Callable[[], object]) -> object:
        """What a part gives; without doing it again where it was done."""


def each_anew(name: str, work: Callable[[], object]) -> object:
    """Steps that nobody remembers."""
    return work()


class JobRun:
    """The run of one job in this process. `progress`, `cancel` and `abandon` may be called by any thread."""

    def __init__(
        self,
        job: JobView,
        sessions: Sessions,
        steps: Steps = each_anew,
        may_go_on: MayGoOn = always,
        given: object = None,
    ) -> None:
        self._job = job
        self._may_go_on = may_go_on
        self._given = given  # what it takes, where its row has less
        self._kind: Kind | None = None
        self._why = ""
        self._sessions = sessions
        self._steps = steps
        self._progress = Progress(words=job.words)
        self._written = 0.0
        self._is_cancelled = job.cancel_requested
        self._is_lost = False

    @property
    def job(self) -> JobView:
        """The job as it was when the run began."""
        return self._job

    @property
    def progress(self) -> Progress:
        """How far it is by now."""
        return self._progress

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody wants it stopped."""
        return self._is_cancelled

    def cancel(self) -> None:
        """Somebody wants it stopped; it hears of it at its next check."""
        self._is_cancelled = True

    def abandon(self) -> None:
        """It is handed to another process: whatever it finds is not kept."""
        self._is_lost = True

    def report(self, progress: Progress) -> None:
        """Tell how far it is; written down now and then. Raises JobLost."""
        self._progress = progress
        if time.monotonic() - self._written >= WRITE_SECONDS:
            self._write(progress)
        if self._is_lost:
            raise JobLost(self._job.id)

    def check(self) -> None:
        """Raises JobCancelled when somebody wants it stopped, and JobLost."""
        self.report(self._progress)
        if self._is_cancelled:
            raise JobCancelled

    def step(self, name: str, work: Callable[[], T]) -> T:
        """A part of the work, done once."""
        self.check()
        return self._steps(name, work)  # type: ignore[return-value]

    def perform(self, kind: Kind) -> None:
        """Run the job and end it. Never raises: what went wrong stands in the job, or in the log."""
        self._kind = kind
        try:
            self.check()
            job_input = self._input(kind)
            outcome = kind.run(self, job_input)
            self._end("done", outcome.sentence, save=outcome.save)
        except JobLost:
            log.info("another process goes on with the job %s", self._job.id)
        except JobCancelled as error:
            self._end("cancelled", self._why or error.sentence)
        except MdsError as error:
            log.warning("job %s: %s %s", self._job.id, error.sentence, error.detail)
            self._end("failed", error.sentence, error.advice)
        except Exception:
            log.exception("job %s broke", self._job.id)
            self._end(
                "failed", f"“{self._job.title}” broke off.", "The log has the details. Try again."
            )

    def _input(self, kind: Kind) -> object:
        """What the job takes. Raises JobFailed for a job of another version of the app."""
        if self._job.kind_version != kind.version:
            raise _OLDER
        if self._given is not None:
            return self._given
        with reading(self._sessions) as session:
            content = db.jobs.content(session, self._job.id)
            if content is None and db.jobs.is_withdrawn(session, self._job.id):
                raise JobCancelled
        try:
            return Codec(kind.takes).decode(content or b"")
        except UnreadablePayload as error:
            log.warning("job %s cannot be read: %s", self._job.id, error)
            raise _OLDER from error

    def _write(self, progress: Progress) -> None:
        self._written = time.monotonic()
        try:
            with writing(self._sessions) as session:
                is_cancelled = db.jobs.advance(
                    session, self._job, progress.fraction, progress.words
                )
                self._look(session)
        except StorageError as error:
            log.warning("the progress of the job %s was not written: %s", self._job.id, error)
            return
        self._is_lost = self._is_lost or is_cancelled is None
        self._is_cancelled = self._is_cancelled or bool(is_cancelled)

    def _look(self, session: Session) -> None:
        """Stop where who asked for the job might not ask for it any more."""
        if self._kind is None or self._may_go_on(session, self._job, self._kind):
            return
        self._is_cancelled = True
        self._why = (
            f"It was stopped, since {self._job.person} may not do this any more. "
            "What was done before is kept."
        )

    def _end(
        self,
        state: str,
        sentence: str,
        advice: str = "",
        save: Save = _nothing,
    ) -> None:
        """End the job and write its result in one transaction; waits for a database that is away for a while."""
        for pause in (*KEEP_PAUSES, None):
            try:
                self._end_once(state, sentence, advice, save)
                return
            except Conflict as error:
                log.warning("the result of the job %s was refused: %s", self._job.id, error)
                self._end("failed", "What it found does not fit what is kept by now.")
                return
            except StorageError:
                log.exception("the job %s could not be ended", self._job.id)
                if pause is None or self._is_lost:
                    return  # nobody runs it any more: a worker hands it back
                time.sleep(pause)

    def _end_once(self, state: str, sentence: str, advice: str, save: Save) -> None:
        with writing(self._sessions) as session:
            # First the row, then the result: who does not own the job any more writes nothing.
            is_ours = db.jobs.end(
                session, self._job, state, utc_now(), sentence=sentence, advice=advice
            )
            if is_ours:
                db.jobs.note_result(session, self._job.id, save(session))
        if not is_ours:
            log.info("the job %s went on elsewhere; what was found here is not kept", self._job.id)
