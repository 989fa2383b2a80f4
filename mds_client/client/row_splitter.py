"""Splits many rows into requests of a size that the server accepts: starts with what it declares, halves what
it refuses, and learns from both.

Nothing here sends: the client takes the next range, sends it, and reports the outcome.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mds_client.errors import EndpointUnreachable, MdsError, NotAllowed, NotReady
from mds_client.prediction import Answer, Prediction

AT_ONCE = 100
# Whichever row is asked, it would be the same.
OF_ALL = (EndpointUnreachable, NotAllowed, NotReady)

Outcome = Prediction | MdsError


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Neighbouring rows that were sent together, by their places, and what came of them.

    A request of several rows is answered, though some of them may have failed; an error is that of one row alone.
    """

    rows: range
    outcome: Outcome

    @property
    def answers(self) -> Sequence[Answer]:
        """One a row; none where the row has an error. `failures` says of several which have none."""
        return self.outcome.answers if isinstance(self.outcome, Prediction) else ()

    @property
    def failures(self) -> Mapping[int, MdsError]:
        """The errors of rows of this chunk, by their place in it."""
        if isinstance(self.outcome, MdsError):
            return {0: self.outcome}
        return self.outcome.failures

    @property
    def error(self) -> MdsError | None:
        return self.outcome if isinstance(self.outcome, MdsError) else None


class RowSplitter:
    """Which rows go together next. `at_once` is how many a request may hold, as far as is known.

    A range that is refused, or answered as one, is halved until the row that is to blame stands alone. Where
    every row of it was answered in smaller ranges, its size was to blame: no later one is larger than those.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self.at_once = max(at_once, 1)
        self._waiting: list[range] = []
        self._refused: range | None = None
        self._largest, self._is_spotless = 1, True

    def add(self, count: int) -> None:
        """Queue so many rows, numbered from 0."""
        self._waiting.append(range(count))

    def next(self) -> range | None:
        """The rows of the next request; None when there are none."""
        while self._waiting and not self._waiting[-1]:
            self._waiting.pop()
        if not self._waiting:
            return None
        rows = self._waiting.pop()
        self._waiting.append(rows[self.at_once :])
        return rows[: self.at_once]

    def is_settled(self, rows: range, outcome: Outcome) -> bool:
        """Whether the outcome counts for these rows; otherwise they are halved and queued again."""
        if not _is_to_be_halved(outcome, len(rows)):
            self._learn(rows, outcome)
            return True
        if self._refused is None:
            self._refused, self._largest, self._is_spotless = rows, 1, True
        half = len(rows) // 2
        self._waiting += [rows[half:], rows[:half]]
        return False

    def _learn(self, rows: range, outcome: Outcome) -> None:
        if self._refused is None:
            return
        self._is_spotless &= isinstance(outcome, Prediction)
        self._largest = max(self._largest, len(rows))
        if rows.stop == self._refused.stop:
            self.at_once = self._largest if self._is_spotless else self.at_once
            self._refused = None


def rows_at_once(max_rows: int, at_once: int = AT_ONCE) -> int:
    """How many rows a request may hold: what the signature says, and at most what the caller asks for."""
    return min(max_rows or at_once, at_once)


def _is_to_be_halved(outcome: Outcome, rows: int) -> bool:
    if rows == 1:
        return False
    if isinstance(outcome, MdsError):
        return not isinstance(outcome, OF_ALL)
    return not _answers_each(outcome, rows)


def _answers_each(prediction: Prediction, rows: int) -> bool:
    """Whether every output has a row for each row asked."""
    firsts = [output.shape[0] if output.shape else 1 for output in prediction.outputs]
    return len(prediction.answers) == rows and all(first == rows for first in firsts)
