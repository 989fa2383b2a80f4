"""The rows of a chunk in as many requests as the server needs; what fails is tried again, and then halved until the row
that is to blame stands alone."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from batch.pace import Pace
from mds_client.client.row_splitter import OF_ALL, RowSplitter
from mds_client.errors import (
    EndpointFailed,
    EndpointTimedOut,
    MdsError,
    ModelNotFound,
    NotAllowed,
    UnreadableAnswer,
)
from mds_client.prediction import Prediction
from mds_client.signature.rows import Table

log = logging.getLogger(__name__)

# So often a request that failed on the server's side is sent again before its rows are halved; one row so often.
TRIES, TRIES_OF_ONE = 3, 5
# A server that is away is waited for so long, in seconds, since it answered last.
PATIENCE = 600.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 15.0
_OUR_FAULT = (NotAllowed, ModelNotFound)


class Attempt(Protocol):
    """One request and what came of it."""

    @property
    def prediction(self) -> Prediction | None: ...
    @property
    def error(self) -> MdsError | None: ...
    @property
    def seconds(self) -> float: ...


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What counts for neighbouring rows, by their places among those that were to be asked."""

    rows: range
    attempt: Attempt


@dataclass(kw_only=True)
class Asker:
    """Asks for the rows of one chunk after the other. `send` never raises; `check` raises where the run is over."""

    send: Callable[[Table], Attempt]
    pace: Pace
    check: Callable[[], None]
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    patience: float = PATIENCE
    _answered_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._answered_at = self.clock()

    def ask(self, values: Table) -> Iterator[Settled]:
        """The outcomes, in the order of the rows. Raises the MdsError that would meet every row alike: access is
        refused, the model is gone, or nobody answered for a long time."""
        splitter = RowSplitter(self.pace.rows_now)
        splitter.add(len(values))
        while True:
            splitter.at_once = size = self.pace.rows_now
            part = splitter.next()
            if part is None:
                return
            attempt = self._settled(values, part)
            outcome = attempt.prediction or attempt.error
            if outcome is None:
                raise TypeError("an attempt without an outcome")
            if splitter.is_settled(part, _to_blame(outcome)):
                yield Settled(rows=part, attempt=attempt)
            if (
                splitter.at_once < size
            ):  # every row of what was refused was answered in smaller requests
                self.pace.refused_for_size(2 * splitter.at_once)

    def _settled(self, values: Table, part: range) -> Attempt:
        """The outcome of one request that is worth to be looked at: trouble that passes is waited for."""
        tries = 0
        while True:
            attempt = self._sent(values, part)
            error = attempt.error
            if error is None:
                self._answered_at = self.clock()
                self.pace.note(len(part), attempt.seconds)
                return attempt
            if isinstance(error, _OUR_FAULT):
                raise error
            if _status(error) == 413 and len(part) > 1:
                self.pace.refused_for_size(len(part))
                return attempt
            tries += 1
            if not self._is_worth_a_try(error, tries, len(part)):
                return attempt
            self._pause(error, tries)

    def _is_worth_a_try(self, error: MdsError, tries: int, rows: int) -> bool:
        """Whether the same request is sent once more. Raises the error of a server that is away for too long."""
        most = TRIES_OF_ONE if rows == 1 else TRIES
        if isinstance(error, OF_ALL) and not isinstance(error, EndpointTimedOut):
            if self.clock() - self._answered_at > self.patience:
                raise error
            return True
        if isinstance(error, EndpointTimedOut | EndpointFailed | UnreadableAnswer):
            return tries < most
        return False

    def _pause(self, error: MdsError, tries: int) -> None:
        seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(tries - 1, 10))
        log.info("a request of a batch failed and is sent again in %.1f s: %s", seconds, error)
        if isinstance(error, OF_ALL):
            self.pace.suffers(seconds)
        else:
            self.sleep(min(seconds, FIRST_PAUSE))

    def _sent(self, values: Table, part: range) -> Attempt:
        self.pace.enter(self.check)
        try:
            return self.send(values[part.start : part.stop])
        finally:
            self.pace.leave()


def _to_blame(outcome: Prediction | MdsError) -> Prediction | MdsError:
    """What the splitter is told: an answer that did not come in time may be one row's fault."""
    if isinstance(outcome, EndpointTimedOut):
        return EndpointFailed(outcome.sentence, detail=outcome.detail)
    return outcome


def _status(error: MdsError) -> int | None:
    return error.exchange.status if error.exchange else None
