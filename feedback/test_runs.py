"""Test runs: a version of a model on the rows of a file whose right answers are known, maybe beside another version."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import db.test_runs
from db.cases import CaseView
from db.engine import Session, Sessions, reading
from db.ids import is_id, utc_now
from db.person import known
from db.test_runs import ResultView, RunView
from feedback.errors import FeedbackRefused
from feedback.ground_truth import Truth, answered, as_class, classes_of, is_right, read
from feedback.wording import percent
from mds_client.errors import MdsError, Problem
from mds_client.signature import ModelRef, Signature, Values

__all__ = ["ResultView", "RunView"]

# As many rows as a job carries; each is a request of its own.
MOST_ROWS = 10_000
MOST_PARALLEL = 32
PASS_MARK, NEAR, PARALLEL = 0.9, 0.1, 4
# Of so many rows that are left out it is kept why.
MOST_TOLD = 20
Between = Callable[[int, int], None]


class Ask(Protocol):
    """Asks a version about a row; the same key is asked once. Raises MdsError."""

    def __call__(self, values: Values, *, key: str, person: str) -> CaseView: ...


class Judged(Protocol):
    """A row as it is counted."""

    @property
    def is_right(self) -> bool | None: ...


class Figures(Protocol):
    """What makes figures of rows: health/test_figures.py."""

    def row(self, **facts: Any) -> Judged: ...
    def of_one(self, rows: Sequence[Any]) -> dict[str, Any]: ...
    def of_two(self, rows: Sequence[Any], others: Sequence[Any]) -> dict[str, Any]: ...


@dataclass(frozen=True, kw_only=True)
class TestRow:
    """One row of the file: where a person finds it, what is asked, and the right answer."""

    __test__ = False  # no test of pytest

    place: str
    values: Values
    truth: object


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is tested. `other` is a second version on the same rows, `parallel` how many requests are under way at once.

    A number is right within `near`, a share of the truth. It passes from the share `pass_mark` of right rows on; where
    `most_error` is given, the mean absolute error counts instead.
    """

    model: ModelRef
    other: ModelRef | None = None
    rows: Sequence[TestRow]
    file_name: str
    file_sha256: str = ""
    parallel: int = PARALLEL
    near: float = NEAR
    pass_mark: float = PASS_MARK
    most_error: float | None = None
    left_out: int = 0
    left_out_why: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, kw_only=True)
class Found:
    """A run that is done, and not written yet."""

    run: RunView
    results: tuple[ResultView, ...]

    def save(self, session: Session) -> str:
        """Write it, within a transaction; its id."""
        db.test_runs.add(session, self.run, self.results)
        return self.run.id


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """What a version made of a row. `strange` says why its truth is none for what the version answers."""

    case: CaseView | None
    truth: Truth
    is_right: bool | None
    detail: str
    strange: str = ""


def together(signature: Signature, other: Signature | None) -> Signature:
    """What a file has to have for both versions: the fields of the first, and those that the other takes besides."""
    names = {field.name for field in signature.inputs}
    more = [f for f in other.inputs if f.name not in names] if other else []
    return replace(signature, inputs=(*signature.inputs, *more))


def check(plan: Plan) -> None:
    """Raises FeedbackRefused with everything for which a plan cannot be run."""
    problems = []
    if not 0 < len(plan.rows) <= MOST_ROWS:
        words = f"A test run takes 1 to {MOST_ROWS:,} rows, and there are {len(plan.rows):,} that can be tested."
        words = f"{words} {as_left_out(plan.left_out, plan.left_out_why)}".strip()
        problems.append(Problem(field="rows", sentence=words))
    if without := [row.place for row in plan.rows if row.truth is None]:
        more = f" and {len(without) - 1:,} more" if len(without) > 1 else ""
        words = f"There is no right answer in {without[0]}{more}."
        problems.append(Problem(field="truth", sentence=words))
    if not 1 <= plan.parallel <= MOST_PARALLEL:
        words = f"Send 1 to {MOST_PARALLEL} requests at once."
        problems.append(Problem(field="parallel", sentence=words))
    if not 0 < plan.pass_mark <= 1:
        words = "A pass mark is a share above 0, up to 1."
        problems.append(Problem(field="pass_mark", sentence=words))
    if not 0 <= plan.near < 1:
        words = "A number is right within a share of the truth, from 0 to below 1."
        problems.append(Problem(field="near", sentence=words))
    if plan.most_error is not None and not plan.most_error >= 0:
        problems.append(
            Problem(field="most_error", sentence="The allowed error is a number from 0 on.")
        )
    if problems:
        raise FeedbackRefused(problems)


def perform(
    plan: Plan,
    *,
    asks: Sequence[Ask],
    figures: Figures,
    run_id: str,
    person: str,
    between: Between = lambda _done, _of: None,
    clock: Callable[[], datetime] = utc_now,
) -> Found:
    """Ask about every row, `plan.parallel` at once, each in a request of its own, the second version after the first.

    `asks` has what asks the model and, where there is one, the other. A run that was cut off goes on under the same id:
    what was asked is not asked again. `between` is called now and then, and may raise. A row whose truth is none for what
    a version answers, which the signature may not have said, is left out of what is counted. Raises FeedbackRefused, also
    where no row is left, before anything is kept.
    """
    check(plan)
    of = len(plan.rows) * len(asks)
    answers = [
        list(_answers(plan, ask, f"test/{run_id}/{place}", person, between, place, of))
        for place, ask in enumerate(asks)
    ]
    plan, answers = _counted(plan, answers)
    first, other = answers[0], answers[1] if len(answers) > 1 else None
    rows = [_row(figures, each) for each in first]
    counts = figures.of_one(rows)
    if other is not None:
        others = [_row(figures, each) for each in other]
        counts |= {"other": figures.of_one(others), "comparison": figures.of_two(rows, others)}
    run = _run(plan, first, counts, run_id, person, clock())
    others_or_none: Sequence[_Answer | None] = other or [None] * len(first)
    pairs = zip(plan.rows, first, others_or_none, strict=True)
    results = tuple(_result(run_id, n, *each) for n, each in enumerate(pairs))
    return Found(run=run, results=results)


def runs_of(sessions: Sessions, server: str = "", model: str = "") -> list[RunView]:
    """The runs of a model, or of every model that who asks reviews, the newest first. Raises StorageError."""
    with reading(sessions) as session:
        return db.test_runs.runs(session, server, model)


def run_of(sessions: Sessions, run_id: str) -> RunView | None:
    """A run on a model that who asks reviews. Raises StorageError."""
    with reading(sessions) as session:
        return db.test_runs.run_by_id(session, run_id) if is_id(run_id) else None


def verdict(run: RunView) -> str:
    """Whether a run passed, and by how much."""
    passed = "Passed" if run.is_passed else "Not passed"
    if run.most_error is not None:
        mae = (run.figures.get("errors") or {}).get("mae", {}).get("value")
        words = f"a mean absolute error of {mae:.4g}" if mae is not None else "no error is known"
        return f"{passed}: {words}, {run.most_error:.4g} is allowed"
    share = run.answered_right / run.rows
    right = f"{run.answered_right:,} of {run.rows:,} right ({percent(share)})"
    return f"{passed}: {right}, {percent(run.pass_mark)} are needed"


def in_words(run: RunView) -> str:
    """What a run found in one line: accuracy or error with its interval, how many failed, and the time of an answer."""
    found, parts = run.figures, []
    if "errors" in found:
        mae = found["errors"]["mae"]
        ends = "" if mae["high"] is None else f" [{mae['low']:.4g}–{mae['high']:.4g}]"
        parts.append(f"mean absolute error {mae['value']:.4g}{ends} n={mae['n']:,}")
    rate = found["accuracy"]
    parts.append(
        f"right {rate['value']:.2f} [{rate['low']:.2f}–{rate['high']:.2f}] n={rate['n']:,}"
    )
    if run.failed:
        parts.append(f"no answer {run.failed:,}")
    if run.left_out:
        parts.append(f"left out of the file {run.left_out:,}")
    if seconds := found.get("seconds"):
        parts.append(f"95 % of answers within {seconds['p95']:.3g} s at {run.parallel} at once")
    return ", ".join(parts)


def as_left_out(rows: int, why: Sequence[Sequence[str]], most: int = 5) -> str:
    """How many rows of a file are left out, and why the first `most` of them; empty where none is."""
    if not rows:
        return ""
    words = "1 row of the file is" if rows == 1 else f"{rows:,} rows of the file are"
    told = [f"{place}: {sentence.rstrip('.')}" for place, sentence in why[:most]]
    if not told:
        return f"{words} left out."
    more = f"; and {rows - len(told):,} more" if rows > len(told) else ""
    listed = "; ".join(told)
    return f"{words} left out. {listed[:1].upper()}{listed[1:]}{more}."


def compared(run: RunView) -> str:
    """The other version against this one in a sentence; empty where there is none."""
    found = run.figures.get("comparison")
    if not found:
        return ""
    pairs = f"right alone: this version {found['only_first']:,}, the other {found['only_second']:,}"
    differs, low, high = (100 * found[name] for name in ("difference", "low", "high"))
    ends = f"{differs:+.1f} percentage points ({low:+.1f} to {high:+.1f}), p = {found['p']:.3g}"
    words = f"Against {run.compared_with}: {pairs}; the other's share of right answers differs by {ends}"
    if nearer := found.get("nearer"):
        words += f". Nearer to the truth: this version {nearer['first']:,}, the other {nearer['second']:,}, p = {nearer['p']:.3g}"
    return f"{words}. {'A clear difference.' if found['is_clear'] else 'No clear difference.'}"


def _answers(
    plan: Plan, ask: Ask, key: str, person: str, between: Between, place: int, of: int
) -> Iterator[_Answer]:
    """What a version made of each row, in their order; nothing more is sent once `between` has raised."""

    def one(numbered: tuple[int, TestRow]) -> _Answer:
        number, row = numbered
        return _asked(row, plan.near, ask, f"{key}/{number}", person)

    done, chunk = place * len(plan.rows), plan.parallel * 8
    rows = list(enumerate(plan.rows))
    with ThreadPoolExecutor(plan.parallel, thread_name_prefix="test-run") as pool:
        for start in range(0, len(rows), chunk):
            found = list(pool.map(one, rows[start : start + chunk]))
            yield from found
            done += len(found)
            between(done, of)


def _asked(row: TestRow, near: float, ask: Ask, key: str, person: str) -> _Answer:
    try:
        case = ask(row.values, key=key, person=person)
    except MdsError as error:
        return _Answer(case=None, truth=Truth(), is_right=None, detail=error.sentence)
    truth = _truth(case, row)
    if isinstance(truth, Problem):
        return _Answer(case=case, truth=Truth(), is_right=False, detail="", strange=truth.sentence)
    if not case.is_answered or not answered(case).is_known:
        return _Answer(case=case, truth=truth, is_right=None, detail=case.error_sentence)
    return _Answer(case=case, truth=truth, is_right=is_right(case, truth, near), detail="")


def _truth(case: CaseView, row: TestRow) -> Truth | Problem:
    """The right answer in the kind of the model's, or why it is none."""
    kind = (case.answer or {}).get("kind")
    given = row.truth if kind == "number" else as_class(row.truth)
    return read(case, given, classes_of(case) if kind == "class" else ())


def _counted(plan: Plan, answers: Sequence[Sequence[_Answer]]) -> tuple[Plan, list[list[_Answer]]]:
    """The plan and its answers without the rows whose truth is none for any version that answered. Raises FeedbackRefused
    where none is left."""
    strange = [_strange(versions) for versions in zip(*answers, strict=True)]
    rows = [row for row, why in zip(plan.rows, strange, strict=True) if not why]
    why = [(row.place, why) for row, why in zip(plan.rows, strange, strict=True) if why]
    left = replace(
        plan,
        rows=rows,
        left_out=plan.left_out + len(why),
        left_out_why=[*plan.left_out_why, *why],
    )
    check(left)
    return left, [
        [found for found, why in zip(each, strange, strict=True) if not why] for each in answers
    ]


def _strange(versions: Sequence[_Answer]) -> str:
    """Why the truth of a row is none for any version that answered; empty where it is one for some version."""
    answers = [each for each in versions if each.case is not None and each.case.is_answered]
    if not answers or not all(each.strange for each in answers):
        return ""
    return answers[0].strange


def _row(figures: Figures, found: _Answer) -> Judged:
    case = found.case
    answer = answered(case) if case and case.is_answered else Truth()
    return figures.row(
        answer=answer.label,
        truth=found.truth.label,
        answer_number=answer.number,
        truth_number=found.truth.number,
        is_right=found.is_right,
        seconds=case.seconds_total if case and case.is_answered else None,
    )


def _run(
    plan: Plan,
    found: Sequence[_Answer],
    figures: Mapping[str, Any],
    run_id: str,
    person: str,
    now: datetime,
) -> RunView:
    right = sum(each.is_right is True for each in found)
    is_passed = right >= plan.pass_mark * len(found)
    if plan.most_error is not None:
        mae = (figures.get("errors") or {}).get("mae", {}).get("value")
        is_passed = mae is not None and mae <= plan.most_error
    version = next((each.case.version for each in found if each.case and each.case.version), "")
    return RunView(
        id=run_id,
        server=plan.model.server,
        model=plan.model.name,
        version=plan.model.version or version,
        compared_with=str(plan.other) if plan.other else "",
        created_at=now,
        person=known(person),
        file_name=plan.file_name,
        file_sha256=plan.file_sha256,
        parallel=plan.parallel,
        near=plan.near,
        pass_mark=plan.pass_mark,
        most_error=plan.most_error,
        is_passed=is_passed,
        rows=len(found),
        answered_right=right,
        failed=sum(each.is_right is None for each in found),
        figures=figures,
        left_out=plan.left_out,
        left_out_why=[list(each) for each in plan.left_out_why[:MOST_TOLD]],
    )


def _result(
    run_id: str, number: int, row: TestRow, found: _Answer, other: _Answer | None
) -> ResultView:
    return ResultView(
        run_id=run_id,
        row_number=number,
        place=row.place,
        case_id=found.case.id if found.case else None,
        other_id=other.case.id if other and other.case else None,
        truth=str(as_class(row.truth)).strip(),
        is_right=found.is_right,
        is_other_right=other.is_right if other else None,
        detail=found.detail,
    )
