"""Run a version of a model on a set of golden cases: which it answers right now, and what it fixed and broke."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import db.cases
import db.golden
from db.cases import CaseView
from db.engine import Session, Sessions, reading
from db.golden import MemberView, ResultView, RunView, SetView
from db.ids import utc_now
from db.person import known
from feedback.errors import FeedbackRefused
from feedback.golden import DEFAULT, doubts_of
from feedback.ground_truth import UNKNOWN, Truth, answered, is_right
from mds_client.errors import MdsError, Problem
from mds_client.signature import ModelRef

Between = Callable[[int, int], None]


class Ask(Protocol):
    """Asks a version of a model about what was entered in a case; the same key is asked once. Raises MdsError."""

    def __call__(self, ref: ModelRef, case: CaseView, *, key: str, person: str) -> CaseView: ...


@dataclass(frozen=True, kw_only=True)
class Found:
    """A run that is done, and not written yet."""

    run: RunView
    results: tuple[ResultView, ...]

    def save(self, session: Session) -> str:
        """Write it, within a transaction; its id."""
        db.golden.add_run(session, self.run, self.results)
        return self.run.id


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A set that a version is to be run on."""

    golden_set: SetView
    model: ModelRef


def perform(
    sessions: Sessions,
    *,
    model: ModelRef,
    ask: Ask,
    run_id: str,
    person: str,
    name: str = DEFAULT,
    between: Between = lambda _done, _of: None,
    clock: Callable[[], datetime] = utc_now,
) -> Found:
    """Ask a version about every case of a set, one after the other, and compare it with the version before.

    A run that was cut off goes on under the same id: what was asked is not asked again. The version before is the one of
    the newest run on this set; for a case that was in none, the answer of the case itself. A case whose truth is doubtful by now
    counts as the others, and says so. `between` is called after each
    case. Raises FeedbackRefused where there is nothing to run, and StorageError.
    """
    golden_set, members, before, compared_with = _prepared(sessions, model, name)
    with reading(sessions) as session:
        cases = db.cases.by_ids(session, [each.case_id for each in members])
        doubts = doubts_of(session, members)
    results = []
    for done, member in enumerate(members, 1):
        if case := cases.get(member.case_id):
            was_right = before.get(case.id, _is_right(case, member, golden_set.near))
            result = _result(golden_set, member, case, was_right, model, ask, run_id, person)
            words = (result.detail, doubts.get(case.id, ""))
            results.append(replace(result, detail=" ".join(filter(None, words))))
        between(done, len(members))
    run = _run(golden_set, model, compared_with, results, run_id, known(person), clock())
    return Found(run=run, results=tuple(results))


def _run(
    golden_set: SetView,
    model: ModelRef,
    compared_with: str,
    results: Sequence[ResultView],
    run_id: str,
    person: str,
    at: datetime,
) -> RunView:
    """The run with how many cases became what, and whether that is enough."""
    counts = Counter(each.outcome for each in results)
    right = counts["fixed"] + counts["right"]
    return RunView(
        id=run_id,
        set_id=golden_set.id,
        set_version=golden_set.version,
        server=model.server,
        model=model.name,
        version=model.version,
        compared_with=compared_with,
        created_at=at,
        person=person,
        pass_mark=golden_set.pass_mark,
        is_passed=bool(results) and right >= golden_set.pass_mark * len(results),
        cases=len(results),
        fixed=counts["fixed"],
        broke=counts["broke"],
        still_right=counts["right"],
        still_wrong=counts["wrong"],
        failed=counts["failed"],
    )


def unrun(sessions: Sessions, deployed: Iterable[ModelRef]) -> list[Wanted]:
    """The sets that one of these deployed versions has not been run on. A version whose answers are the cases of a set is
    no new one. Raises StorageError."""
    versions: dict[tuple[str, str], list[ModelRef]] = {}
    for ref in deployed:
        if ref.version:
            versions.setdefault((ref.server, ref.name), []).append(ref)
    found = []
    with reading(sessions) as session:
        for golden_set in db.golden.sets(session) if versions else ():
            refs = versions.get((golden_set.server, golden_set.model), [])
            if refs and db.golden.members(session, golden_set.id):
                known_versions = db.golden.versions_known(session, golden_set.id)
                found += [
                    Wanted(golden_set=golden_set, model=ref)
                    for ref in refs
                    if ref.version not in known_versions
                ]
    return found


def _prepared(
    sessions: Sessions, model: ModelRef, name: str
) -> tuple[SetView, Sequence[MemberView], Mapping[str, bool], str]:
    """The set, its cases, which of them the version before answered right, and that version."""
    with reading(sessions) as session:
        sets = db.golden.sets(session, model.server, model.name)
        golden_set = next((each for each in sets if each.name == name), None)
        members = db.golden.members(session, golden_set.id) if golden_set else []
        if golden_set is None or not members:
            raise FeedbackRefused([Problem(field="name", sentence=_nothing(model, name, sets))])
        runs = db.golden.runs(session, golden_set.id)
        last = next((each for each in runs if each.version != model.version), None)
        results = db.golden.results(session, last.id) if last else []
    before = {each.case_id: each.is_right for each in results if each.outcome != "failed"}
    return golden_set, members, before, last.version if last else ""


def _nothing(model: ModelRef, name: str, sets: Sequence[SetView]) -> str:
    others = ", ".join(each.name for each in sets if each.name != name)
    there_are = f" Its sets: {others}." if others else ""
    return f"{model.server}/{model.name} has no golden cases in a set called {name!r}.{there_are}"


def _result(
    golden_set: SetView,
    member: MemberView,
    case: CaseView,
    was_right: bool | None,
    model: ModelRef,
    ask: Ask,
    run_id: str,
    person: str,
) -> ResultView:
    asked: CaseView | None = None
    try:
        asked = ask(model, case, key=f"golden/{run_id}/{case.id}", person=person)
        detail = asked.error_sentence
    except MdsError as error:
        detail = error.sentence
    is_right = _is_right(asked, member, golden_set.near) if asked else None
    return ResultView(
        run_id=run_id,
        case_id=case.id,
        asked_id=asked.id if asked else None,
        outcome=_outcome(was_right, is_right),
        detail=detail,
    )


def _is_right(case: CaseView, member: MemberView, near: float) -> bool | None:
    """Whether a case answers what is right; None where it has no answer."""
    answer = answered(case) if case.is_answered else UNKNOWN
    if not answer.is_known:
        return None
    truth = Truth(label=member.truth_label, number=member.truth_number, text=member.truth_text)
    return is_right(case, truth, near)


def _outcome(was_right: bool | None, is_right: bool | None) -> str:
    if is_right is None:
        return "failed"
    if is_right:
        return "right" if was_right else "fixed"
    return "broke" if was_right else "wrong"
