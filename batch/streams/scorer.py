"""Asks about some records at once and records their cases: what came of each, in their order."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from batch.asking import Asker, Settled
from batch.pace import Pace
from batch.scoring import Drawn, Prepared, Recorder
from batch.streams.records import Poison, Row, Scored, row_of
from db.engine import Sessions, writing
from db.errors import StorageError
from mds_client.errors import MdsError
from mds_client.prediction import Prediction
from mds_client.signature import ModelRef, Signature
from mds_client.signature.rows import Table

log = logging.getLogger(__name__)

Outcome = Scored | Poison
_PAUSES = (0.5, 1.0, 3.0, 10.0)


class Stopped(Exception):
    """The stream ends: what is under way is not settled, and comes again."""


class NewRecorder(Protocol):
    """Makes what asks for rows and makes cases of them, anew for each request, so that every case has a key of its own."""

    def __call__(self) -> Recorder: ...


@dataclass(kw_only=True)
class Scorer:
    """Shared by the threads that score. A server that is away is waited for, however long: meanwhile nothing more is
    taken from the topic."""

    model: ModelRef
    signature: Signature
    recorder: NewRecorder
    sessions: Sessions
    pace: Pace
    stop: threading.Event = field(default_factory=threading.Event)

    def score(self, bodies: Sequence[bytes]) -> list[Outcome]:
        """What came of each record. Raises Stopped when it is to end, and the MdsError that would meet every record alike:
        access is refused, or the model is gone."""
        read = [row_of(body, self.signature) for body in bodies]
        rows = [each for each in read if isinstance(each, Row)]
        scored = iter(self._asked(rows) if rows else ())
        return [next(scored) if isinstance(each, Row) else each for each in read]

    def _asked(self, rows: Sequence[Row]) -> list[Outcome]:
        names = [each.name for each in self.signature.inputs]
        values = Table({n: [row.values[n] for row in rows] for n in names}, len(rows))
        recorder = self.recorder()
        places = list(range(len(rows)))
        drawn = recorder.draw(len(rows), values, places)
        asker = Asker(send=recorder.send, pace=self.pace, check=self._check, patience=math.inf)
        outcomes: list[Outcome] = []
        prepared: list[Prepared] = []
        for settled in asker.ask(values):
            part = settled.rows
            found = recorder.prepare(
                values[part.start : part.stop], settled.attempt, drawn, 0, list(part)
            )
            prepared += [found] if found else []
            cases = _case_ids(found, drawn, part)
            outcomes += self._outcomes(settled, rows[part.start : part.stop], cases)
        if prepared:
            ready = recorder.ready(self.sessions, prepared)
            self._patiently(lambda: self._write(recorder, ready))
        return outcomes

    def _outcomes(
        self, settled: Settled, rows: Sequence[Row], cases: Sequence[str]
    ) -> list[Outcome]:
        prediction, error = settled.attempt.prediction, settled.attempt.error
        if prediction is None:
            return [_refused(row, error) for row in rows]
        return [self._outcome(prediction, i, row, cases[i]) for i, row in enumerate(rows)]

    def _outcome(self, prediction: Prediction, i: int, row: Row, case_id: str) -> Outcome:
        if failure := prediction.failures.get(i):
            return _refused(row, failure)
        return Scored(
            record=row.record,
            answer=prediction.answers[i],
            model=ModelRef(
                server=self.model.server,
                name=self.model.name,
                version=prediction.model.version or self.model.version,
            ),
            case_id=case_id,
            digest=row.digest,
        )

    def _write(self, recorder: Recorder, ready: Any) -> None:
        with writing(self.sessions) as session:
            recorder.write(session, ready)

    def _patiently(self, work: Callable[[], None]) -> None:
        """Try again while the database is away: no prediction leaves without the case that it was drawn for."""
        tries = 0
        while True:
            try:
                work()
                return
            except StorageError as error:
                pause = _PAUSES[min(tries, len(_PAUSES) - 1)]
                log.warning(
                    "cases of a stream could not be written, again in %g s: %s", pause, error
                )
                tries += 1
                self.stop.wait(pause)
                self._check()

    def _check(self) -> None:
        if self.stop.is_set():
            raise Stopped


def _refused(row: Row, error: MdsError | None) -> Poison:
    sentence = error.sentence if error else "The model gave no answer."
    return Poison(reason=sentence, record=row.record, digest=row.digest)


def _case_ids(found: Prepared | None, drawn: Drawn, part: range) -> list[str]:
    """The case of each row of a request; empty where none is recorded."""
    ids = iter(found.ids if found else [])
    return [next(ids) if found and drawn.is_recorded[place] else "" for place in part]
