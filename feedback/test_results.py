"""What a test run made of its rows, a page at a time, each with what the versions answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import db.cases
import db.test_runs
from db.cases import CaseView
from db.engine import Session, Sessions, reading
from db.ids import is_id
from db.test_runs import ResultView
from feedback.ground_truth import answered

PAGE = 100
_AT_ONCE = 500
Answered = str | float | None


@dataclass(frozen=True, kw_only=True)
class TestedRow:
    """One row: what became of it, and what the version and the other one answered. None where there is no answer."""

    __test__ = False  # no test of pytest

    result: ResultView
    answer: Answered
    other_answer: Answered


@dataclass(frozen=True, kw_only=True)
class ResultPage:
    """Some rows from the place `start` on, of `rows` that are left; `not_right` of all these have no answer or a wrong one."""

    tested: tuple[TestedRow, ...]
    start: int
    rows: int
    not_right: int


def page_of(sessions: Sessions, run_id: str, start: int = 0, size: int = PAGE) -> ResultPage:
    """A page of the rows of a run: those without an answer first, then those that are wrong, each as the file has them.

    Beyond the end it is the last page. Rows whose cases were deleted are gone. Raises StorageError."""
    if not is_id(run_id):
        return ResultPage(tested=(), start=0, rows=0, not_right=0)
    with reading(sessions) as session:
        rows, right = db.test_runs.counts(session, run_id)
        start = max(0, min(start, (rows - 1) // size * size))
        found = db.test_runs.worst_first(session, run_id, start, size)
        tested = with_answers(session, found)
    return ResultPage(tested=tuple(tested), start=start, rows=rows, not_right=rows - right)


def all_of(sessions: Sessions, run_id: str) -> list[TestedRow]:
    """Every row of a run, in the order of its pages. Raises StorageError."""
    with reading(sessions) as session:
        found = db.test_runs.worst_first(session, run_id) if is_id(run_id) else []
        return with_answers(session, found)


def with_answers(session: Session, results: Sequence[ResultView]) -> list[TestedRow]:
    """The rows with what their cases answered."""
    tested: list[TestedRow] = []
    for start in range(0, len(results), _AT_ONCE):
        part = results[start : start + _AT_ONCE]
        ids = [i for each in part for i in (each.case_id, each.other_id) if i]
        cases = db.cases.by_ids(session, ids)
        tested += [
            TestedRow(
                result=each,
                answer=_answer(cases.get(each.case_id or "")),
                other_answer=_answer(cases.get(each.other_id or "")),
            )
            for each in part
        ]
    return tested


def _answer(case: CaseView | None) -> Answered:
    if case is None or not case.is_answered:
        return None
    found = answered(case)
    return next((a for a in (found.label, found.number, found.text) if a is not None), None)
