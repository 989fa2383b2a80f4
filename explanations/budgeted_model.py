"""Asking a model about many changed rows: in chunks, within a budget, never the same row twice."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from explanations.budget import Budget
from explanations.errors import ExplanationFailed
from explanations.target import Target
from mds_client.errors import (
    EndpointFailed,
    EndpointRefused,
    InvalidValues,
    MdsError,
    NotAllowed,
    NotReady,
    UnreadableAnswer,
)
from mds_client.prediction import Answer
from mds_client.signature import File, Values

Scores = np.ndarray[tuple[int], np.dtype[np.float64]]
Agreements = np.ndarray[tuple[int], np.dtype[np.bool_]]
Predict = Callable[[list[Values]], Sequence[Answer]]
ROWS_A_CALL = 500
BYTES_A_CALL = 4 * 1024 * 1024
# After so many refused rows, when they are also more than the answered ones, the model's own error is raised.
MOST_REFUSED = 10
# A request that may be smaller should not take longer.
REQUEST_SECONDS = 5.0
# Errors that may be about single rows; any other would happen with every row.
ROW_ERRORS = (InvalidValues, EndpointRefused, EndpointFailed, UnreadableAnswer, ExplanationFailed)


class Fact(NamedTuple):
    """What is kept of an answer: its number, whether it says the same as the explained one, its headline."""

    score: float
    is_same: bool
    headline: str


@dataclass(kw_only=True)
class Tally:
    """How many rows of one round the model answered, and how many not."""

    answered: int = 0
    refused: int = 0


class OutOfBudget(Exception):
    """Asking on would cost more than was allowed. Methods catch it and give what they have."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class ModelChanged(OutOfBudget):
    """Another version answers than the one that was asked first: their answers must not be mixed."""

    def __init__(self, before: str, now: str) -> None:
        super().__init__(f"the model changed from version {before} to version {now}")


class BudgetedModel:
    """The model as a function from rows to the one number that is explained.

    `rows` and `calls` count what reached the model. `check` may raise; it is called before each request.
    """

    def __init__(
        self,
        predict: Predict,
        target: Target,
        *,
        budget: Budget | None = None,
        rows_a_call: int = ROWS_A_CALL,
        check: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.target = target
        self.rows = 0
        self.calls = 0
        self._predict = predict
        self._budget = budget or Budget()
        self._rows_a_call = rows_a_call
        self._check = check
        self._clock = clock
        self._started = clock()
        self._pace = math.inf
        self._known: dict[Hashable, Fact] = {}
        self._refused: set[Hashable] = set()

    def __call__(self, rows: Sequence[Values]) -> Scores:
        """The number for each row. Raises OutOfBudget before it asks what it may not."""
        return np.array([fact.score for fact in self.facts(rows)], dtype=np.float64)

    def agrees(self, rows: Sequence[Values]) -> Agreements:
        """Whether each row gets the same answer as the one that is explained."""
        return np.array([fact.is_same for fact in self.facts(rows)], dtype=np.bool_)

    def again(self, row: Values, times: int) -> Scores:
        """The number for the same row, asked for so often: whether the model repeats itself."""
        facts: list[Fact] = []
        while len(facts) < times:
            facts += self._ask([row] * min(times - len(facts), self._rows_a_call)) or []
        self._known[_key(row)] = facts[0]
        return np.array([fact.score for fact in facts], dtype=np.float64)

    def facts(self, rows: Sequence[Values]) -> list[Fact]:
        """What the model answers to each row. Raises OutOfBudget before it asks what it may not."""
        keys = [_key(row) for row in rows]
        new = {key: row for key, row in zip(keys, rows, strict=True) if key not in self._known}
        waiting = list(new)
        while waiting:
            chunk = waiting[: self._that_fit([new[key] for key in waiting])]
            if facts := self._ask([new[key] for key in chunk]):
                self._known |= zip(chunk, facts, strict=True)
                waiting = waiting[len(chunk) :]
        return [self._known[key] for key in keys]

    def each(self, rows: Sequence[Values]) -> list[Fact | None]:
        """As `facts`, but None for a row that the model errs on, found by halving what it errs on together.

        Raises the model's own error when it errs on most rows, and what `facts` raises otherwise.
        """
        keys, asked_before = [_key(row) for row in rows], self._refused | self._known.keys()
        new = {key: row for key, row in zip(keys, rows, strict=True) if key not in asked_before}
        waiting, tally = list(new), Tally()
        while waiting:
            # A slow model is asked about few rows at a time, so that it can be stopped in between.
            most = max(int(min(self.rows_within(REQUEST_SECONDS), len(waiting))), 1)
            most = most if self.calls else len(waiting)
            chunk = waiting[: min(self._that_fit([new[key] for key in waiting]), most)]
            self._take({key: new[key] for key in chunk}, tally)
            waiting = waiting[len(chunk) :]
        return [self._known.get(key) for key in keys]

    @property
    def takes_one_row(self) -> bool:
        """Whether it is known by now that a request may have one row only."""
        return self._rows_a_call == 1

    @property
    def seconds(self) -> float:
        """Time since this asker was made."""
        return self._clock() - self._started

    @property
    def rows_left(self) -> float:
        """How many more rows may be asked; infinite without a limit."""
        return math.inf if self._budget.rows is None else self._budget.rows - self.rows

    @property
    def room(self) -> float:
        """How many more rows fit into every limit, at the best pace seen so far."""
        return min(self._rooms().values())

    @property
    def room_given_time(self) -> float:
        """How many more rows fit into the limits of rows and calls, however long they take."""
        rooms = self._rooms()
        rooms.pop(self._seconds_limit, None)
        return min(rooms.values())

    def rows_within(self, seconds: float) -> float:
        """How many rows are answered in so many seconds, at the best pace seen so far."""
        return seconds / max(self._pace, 1e-9)

    @property
    def nearest_limit(self) -> str:
        """The limit that leaves the least room: "3,500 rows"."""
        rooms = self._rooms()
        return min(rooms, key=lambda limit: rooms[limit])

    def _rooms(self) -> dict[str, float]:
        budget, rooms = self._budget, {"no limit": math.inf}
        if budget.rows is not None:
            rooms[f"{budget.rows:,} rows"] = self.rows_left
        if budget.calls is not None:
            rooms[f"{budget.calls:,} calls"] = (budget.calls - self.calls) * self._rows_a_call
        if budget.seconds is not None:
            left = max(budget.seconds - self.seconds, 0.0)
            rooms[self._seconds_limit] = self.rows_within(left)
        return rooms

    @property
    def _seconds_limit(self) -> str:
        return f"{self._budget.seconds or 0:g} seconds"

    def _that_fit(self, rows: Sequence[Values]) -> int:
        """How many of these rows go into one request: at least one."""
        total = 0
        for count, row in enumerate(rows[: self._rows_a_call]):
            total += sum(len(value.data) for value in row.values() if isinstance(value, File))
            if count and total > BYTES_A_CALL:
                return count
        return min(len(rows), self._rows_a_call)

    def _take(self, chunk: dict[Hashable, Values], tally: Tally) -> None:
        """Keep what the model answers to these rows; where it errs, to each half of them."""
        if len(chunk) > 1 and self._rows_a_call == 1:
            for key, row in chunk.items():
                self._take({key: row}, tally)
            return
        try:
            facts = self._facts_of_chunk(list(chunk.values()))
        except ROW_ERRORS as error:
            if isinstance(error, NotAllowed | NotReady):
                raise
            self._halve(chunk, tally, error)
            return
        self._known |= zip(chunk, facts, strict=True)
        tally.answered += len(chunk)

    def _halve(self, chunk: dict[Hashable, Values], tally: Tally, error: MdsError) -> None:
        if len(chunk) == 1:
            self._refused |= set(chunk)
            tally.refused += 1
            if tally.refused >= MOST_REFUSED and tally.refused > tally.answered:
                raise error
            return
        if _is_about_count(error):
            self._rows_a_call = 1
            self._take(chunk, tally)
            return
        items, half = list(chunk.items()), len(chunk) // 2
        self._take(dict(items[:half]), tally)
        self._take(dict(items[half:]), tally)
        if len(chunk) == 2 and not self._refused & chunk.keys():
            self._rows_a_call = 1

    def _ask(self, chunk: list[Values]) -> list[Fact] | None:
        """Ask about these rows; None when the model takes one row at a time, as is known now."""
        try:
            return self._facts_of_chunk(chunk)
        except (InvalidValues, EndpointRefused, UnreadableAnswer) as error:
            if len(chunk) == 1 or (isinstance(error, InvalidValues) and not _is_about_count(error)):
                raise
            self._rows_a_call = 1
            return None

    def _facts_of_chunk(self, chunk: list[Values]) -> list[Fact]:
        self._check()
        self._afford(len(chunk))
        self.calls += 1
        began = self._clock()
        try:
            answers = self._predict(chunk)
        except InvalidValues:
            self.calls -= 1  # the client refused to send it: nothing reached the model
            raise
        self.rows += len(chunk)
        self._pace = min(self._pace, (self._clock() - began) / len(chunk))
        return [self._fact(each) for each in answers]

    def _fact(self, answer: Answer) -> Fact:
        target = self.target
        return Fact(target.read(answer), target.is_same(answer), answer.headline)

    def _afford(self, rows: int) -> None:
        budget = self._budget
        if budget.rows is not None and self.rows + rows > budget.rows:
            raise OutOfBudget(f"{budget.rows:,} rows")
        if budget.calls is not None and self.calls + 1 > budget.calls:
            raise OutOfBudget(f"{budget.calls:,} calls")
        if budget.seconds is not None and self.seconds > budget.seconds:
            raise OutOfBudget(self._seconds_limit)


def _is_about_count(error: MdsError) -> bool:
    """Whether the client refused to send several rows at once: such a problem names no field."""
    return isinstance(error, InvalidValues) and not any(each.field for each in error.problems)


def _key(row: Values) -> Hashable:
    return tuple((name, _hashable(value)) for name, value in row.items())


def _hashable(value: object) -> Hashable:
    if isinstance(value, float) and math.isnan(value):
        return None
    return value if isinstance(value, Hashable) else repr(value)
