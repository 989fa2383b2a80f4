"""What asking about a file will take, told before it begins: a few rows are tried, and what they took is scaled up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from batch.asking import Attempt
from batch.empty_cells import in_words
from batch.pace import FIRST_ROWS, MOST_ROWS, REQUEST_SECONDS
from mds_client.prediction import Answer
from mds_client.signature import Values

# A dry run asks for so many rows in each of its requests.
TRIED = (5, 20, 100)
# Cases are written at about this rate, whatever the server does: benchmarks/batch.py measures it.
CASES_A_SECOND = 3_000.0
_MOST_STEPS = 60
_MOST_COLUMNS = 8


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request that was answered: how many rows it had, and how long it took in seconds."""

    rows: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """What came of the rows that were tried: of the first ones the answer or what was wrong, of all requests that were
    answered how long they took."""

    first: Sequence[Answer | str]
    requests: Sequence[Request]
    failed: int = 0

    @property
    def rows(self) -> int:
        """How many rows were answered."""
        return sum(each.rows for each in self.requests)


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """About what it takes: how many requests of how many rows each, for how many seconds. `quickest` is where the server
    answers `at_once` requests as quickly as one, `slowest` where it answers one after the other."""

    requests: int
    request_rows: int
    at_once: int
    quickest: float
    slowest: float

    @property
    def requests_a_second(self) -> float:
        """How many the server is asked to answer, at most."""
        return self.requests / max(self.quickest, 1e-3)


def dry_run(
    send: Callable[[Sequence[Values]], Attempt],
    rows: Sequence[Values],
    sizes: Sequence[int] = TRIED,
) -> DryRun:
    """Ask for the first rows, in a small request and in larger ones. Nothing is recorded; `send` never raises."""
    first: list[Answer | str] = []
    requests: list[Request] = []
    at = failed = 0
    for size in sizes:
        part = rows[at : at + size]
        if not len(part):
            break
        attempt = send(part)
        if at == 0:
            first = _told(attempt, len(part))
        if attempt.prediction is None:
            failed += len(part)
        else:
            requests.append(Request(rows=len(part), seconds=attempt.seconds))
        at += size
    return DryRun(first=first, requests=requests, failed=failed)


def _told(attempt: Attempt, rows: int) -> list[Answer | str]:
    prediction, error = attempt.prediction, attempt.error
    if prediction is None:
        return [error.sentence if error else ""] * rows
    failures = prediction.failures
    return [failures[i].sentence if i in failures else prediction.answers[i] for i in range(rows)]


def estimate(
    rows: int,
    requests: Sequence[Request],
    *,
    most_rows: int = MOST_ROWS,
    at_once: int = 4,
    cases: int = 0,
    processes: int = 1,
) -> Estimate | None:
    """What so many rows take, of which `cases` become cases, where so many processes ask `at_once` each; None where no
    request was answered.

    The requests grow as those of a run do (batch/pace.py): from 50 rows on they double as long as they are quick.
    """
    if not requests:
        return None
    fixed, each = _cost(requests)
    most = max(1, min(most_rows, MOST_ROWS))
    size, left, count, seconds = min(FIRST_ROWS, most), rows, 0, 0.0
    for _ in range(_MOST_STEPS):
        took = fixed + each * size
        if left <= size or took >= REQUEST_SECONDS / 4 or size >= most:
            break
        left, count, seconds = left - size, count + 1, seconds + took
        size = min(size * 2, most)
    while size > 1 and fixed + each * size > REQUEST_SECONDS and each * size > fixed:
        size //= 2
    more = -(-left // size)
    seconds += more * fixed + left * each
    writing = cases / CASES_A_SECOND
    parallel = max(1, min(at_once * processes, count + more))
    return Estimate(
        requests=count + more,
        request_rows=min(size, rows),
        at_once=parallel,
        quickest=max(seconds / parallel, writing / processes),
        slowest=max(seconds, writing),
    )


def _cost(requests: Sequence[Request]) -> tuple[float, float]:
    """The seconds of a request and those of each of its rows: least squares, neither below zero. The first request may
    have woken the server, so it does not count where there are others."""
    used = list(requests[1:] or requests)
    sizes = np.array([each.rows for each in used], dtype=np.float64)
    took = np.array([each.seconds for each in used], dtype=np.float64)
    if len(set(sizes.tolist())) < 2:
        return 0.0, float(took.sum() / sizes.sum())
    each, fixed = np.polyfit(sizes, took, 1)
    if each < 0:
        return float(took.mean()), 0.0
    if fixed < 0:
        return 0.0, float(sizes @ took / (sizes @ sizes))
    return float(fixed), float(each)


def read_as_empty(empty_words: Mapping[str, Mapping[str, int]]) -> list[str]:
    """What is told of cells that say nothing in a word, a line a column: `age: 14 cells read as empty: NA`."""
    columns = sorted(empty_words, key=lambda column: -sum(empty_words[column].values()))
    lines = [in_words(column, empty_words[column]) for column in columns[:_MOST_COLUMNS]]
    left = len(columns) - len(lines)
    more = [f"and {left:,} more {'column' if left == 1 else 'columns'} with such cells"]
    return lines + (more if left else [])


def expected_cases(rows: int, record: str, share: float, audited: float) -> int:
    """About how many rows become cases, where a row is drawn for the audit with the chance `audited`."""
    chance = {"all": 1.0, "sample": 1 - (1 - audited) * (1 - share), "drawn": audited}[record]
    return round(rows * chance)
