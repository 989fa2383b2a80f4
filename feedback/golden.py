"""Golden cases: cases with a confirmed truth, in named sets, that every new version of a model is run on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import db.cases
import db.feedback
import db.golden
import db.review
from audit_log.chain import Record, append
from db.cases import CaseView
from db.engine import Session, Sessions, reading, writing
from db.errors import StorageError
from db.feedback import FeedbackView
from db.golden import MemberView, ResultView, RunView, SetView
from db.ids import is_id, utc_now
from db.ids import new_id as make_id
from db.person import known
from db.scope import scope_of
from db.tables import SHORT
from db.types import clip
from feedback.errors import FeedbackNotRecorded, FeedbackRefused
from feedback.readings import is_same
from feedback.wording import percent
from mds_client.errors import Problem
from mds_client.sensitive_values import withheld
from people.errors import NotPermitted

__all__ = ["MemberView", "ResultView", "RunView", "SetView"]

DEFAULT = "default"
# Of a new set: nine of ten right, and a number right within a tenth of the truth.
PASS_MARK, NEAR = 0.9, 0.1
ADDED, REMOVED, MARKED = "golden", "golden-remove", "golden-pass-mark"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A case in a set, what is doubtful of its truth, and what the newest versions made of it, the newest first."""

    golden_set: SetView
    member: MemberView
    results: tuple[tuple[ResultView, RunView], ...] = ()
    # Why its truth is doubtful by now; empty as long as people say what was confirmed.
    doubt: str = ""


@dataclass(frozen=True, kw_only=True)
class SetWithRuns:
    """A set, how many cases it has now, and its runs, the newest first."""

    golden_set: SetView
    cases: int
    runs: tuple[RunView, ...]
    # Of those cases whose truth is doubtful by now: why, by case.
    doubts: Mapping[str, str] = field(default_factory=dict)


def add(
    sessions: Sessions,
    *,
    case_id: str,
    person: str,
    name: str = DEFAULT,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> MemberView:
    """Make a case golden, by who reviews its model; the set is made where there is none of that name.

    The truth is what people have confirmed of the case. Of a case that is in the set already nothing changes but its
    truth, where people say another by now. Raises FeedbackRefused, NotPermitted and FeedbackNotRecorded.
    """
    person, name = known(person), clip(name.strip(), SHORT)
    try:
        with writing(sessions) as session:
            case = db.cases.lock(session, case_id) if is_id(case_id) else None
            said = _confirmed(session, case) if case else None
            if case:
                _check_reviews(session, case.server, case.model)
            problems = _problems(case, name, said)
            if problems or case is None or said is None:
                raise FeedbackRefused(problems)
            return _add(session, case, said, name, person, clock(), new_id)
    except StorageError as error:
        raise FeedbackNotRecorded(str(error)) from error


def remove(sessions: Sessions, *, case_id: str, person: str, name: str = DEFAULT) -> None:
    """Take a case out of a set from its next version on, by who reviews the model; the former versions keep it.

    Nothing happens where it is in no set of that name. Raises NotPermitted and FeedbackNotRecorded.
    """
    try:
        with writing(sessions) as session:
            case = db.cases.lock(session, case_id) if is_id(case_id) else None
            if case is None:
                return
            _check_reviews(session, case.server, case.model)
            golden_set = db.golden.lock_set(session, case.server, case.model, name)
            member = golden_set and _member(session, golden_set, case.id)
            if golden_set and member:
                _next_version(session, golden_set)
                db.golden.remove_member(session, member.id, golden_set.version + 1)
                _note(session, REMOVED, case, known(person))
    except StorageError as error:
        raise FeedbackNotRecorded(str(error)) from error


def set_pass_mark(
    sessions: Sessions,
    *,
    server: str,
    model: str,
    name: str,
    share: float,
    person: str,
) -> None:
    """From which share of right answers a version passes, by who operates the model; runs keep the mark of their time.

    Raises FeedbackRefused, NotPermitted and FeedbackNotRecorded.
    """
    if not 0 < share <= 1:
        sentence = "A pass mark is a share above 0, up to 1."
        raise FeedbackRefused([Problem(field="pass_mark", sentence=sentence)])
    try:
        with writing(sessions) as session:
            if not scope_of(session).operates(server, model):
                raise NotPermitted(f"Only operators of {server}/{model} may set its pass mark.")
            found = db.golden.lock_set(session, server, model, name)
            if found is None:
                sentence = f"The model has no set of golden cases that is called {name!r}."
                raise FeedbackRefused([Problem(field="name", sentence=sentence)])
            db.golden.change_set(session, found.id, pass_mark=share)
            append(session, MARKED, [Record(kind="golden_set", id=found.id)], person=known(person))
    except StorageError as error:
        raise FeedbackNotRecorded(str(error)) from error


def places_of(sessions: Sessions, case_id: str) -> list[Place]:
    """The sets in which a case is, with what the versions made of it. Raises StorageError."""
    with reading(sessions) as session:
        found = [
            (member, db.golden.set_by_id(session, member.set_id))
            for member in (db.golden.of_case(session, case_id) if is_id(case_id) else [])
        ]
        results = db.golden.results_of_case(session, case_id) if found else []
        doubts = [doubts_of(session, [member]) for member, _ in found]
    return [
        Place(
            golden_set=each,
            member=member,
            results=tuple(pair for pair in results if pair[1].set_id == each.id),
            doubt=doubt.get(case_id, ""),
        )
        for (member, each), doubt in zip(found, doubts, strict=True)
        if each
    ]


def sets_of(sessions: Sessions, server: str, model: str) -> list[SetWithRuns]:
    """The sets of a model with their runs. Raises StorageError."""
    with reading(sessions) as session:
        return [_with_runs(session, each) for each in db.golden.sets(session, server, model)]


def _with_runs(session: Session, golden_set: SetView) -> SetWithRuns:
    members = db.golden.members(session, golden_set.id)
    return SetWithRuns(
        golden_set=golden_set,
        cases=len(members),
        runs=tuple(db.golden.runs(session, golden_set.id)),
        doubts=doubts_of(session, members),
    )


def all_sets(sessions: Sessions) -> list[SetWithRuns]:
    """The sets of every model that may be seen, with their runs. Raises StorageError."""
    with reading(sessions) as session:
        models = dict.fromkeys((each.server, each.model) for each in db.golden.sets(session))
    return [each for server, model in models for each in sets_of(sessions, server, model)]


def run_of(sessions: Sessions, run_id: str) -> RunView | None:
    """A run on a model that may be seen. Raises StorageError."""
    with reading(sessions) as session:
        return db.golden.run_by_id(session, run_id) if is_id(run_id) else None


def results_of(sessions: Sessions, run_id: str) -> list[ResultView]:
    """What a run made of each case, those first that broke, then those that are wrong. Raises StorageError."""
    order = {
        outcome: place
        for place, outcome in enumerate(("broke", "failed", "fixed", "wrong", "right"))
    }
    with reading(sessions) as session:
        found = db.golden.results(session, run_id) if is_id(run_id) else []
    return sorted(found, key=lambda each: (order[each.outcome], each.case_id))


def newest_runs(sessions: Sessions) -> Mapping[tuple[str, str], RunView]:
    """The newest run of each model, by server and name. Raises StorageError."""
    with reading(sessions) as session:
        runs = db.golden.runs_of_models(session)
    return {(run.server, run.model): run for run in reversed(runs)}


def can_be_golden(sessions: Sessions, case: CaseView) -> bool:
    """Whether who asks may make this case golden now: they review its model, and what is right is confirmed.

    Raises StorageError."""
    with reading(sessions) as session:
        is_reviewer = scope_of(session).reviews(case.server, case.model)
        said = _confirmed(session, case) if is_reviewer else None
    return said is not None and not _problems(case, DEFAULT, said)


def doubts_of(session: Session, members: Sequence[MemberView]) -> dict[str, str]:
    """Of the cases whose truth people do not say any more: why it is doubtful, by case. It is looked at past the scope, and
    tells nothing of what is said."""
    ids = [each.case_id for each in members]
    said, deciding = db.feedback.said_now(session, ids), db.review.decisions(session, ids)
    found = {
        m.case_id: _doubt(m, said.get(m.case_id, []), deciding.get(m.case_id)) for m in members
    }
    return {case_id: doubt for case_id, doubt in found.items() if doubt}


def doubts_in(sessions: Sessions, case_ids: Sequence[str]) -> Mapping[str, str]:
    """The same, of golden cases that may be seen, by case. Raises StorageError."""
    with reading(sessions) as session:
        return doubts_of(
            session, [m for each in case_ids for m in db.golden.of_case(session, each)]
        )


def _doubt(member: MemberView, said: Sequence[FeedbackView], deciding: str | None) -> str:
    settled = _settled(said, deciding)
    if settled is not None:
        return (
            "" if settled.truth == member.truth else "People now say that something else is right."
        )
    if any(_is_known(each) for each in said):
        return "People now differ on what is right."
    return "The judgement that said what is right was taken back."


def in_words(run: RunView) -> str:
    """What a run found: "fixed 14, broke 2, unchanged 120"."""
    failed = f", no answer {run.failed:,}" if run.failed else ""
    return f"fixed {run.fixed:,}, broke {run.broke:,}, unchanged {run.unchanged:,}{failed}"


def verdict(run: RunView) -> str:
    """Whether a run passed, and by how much."""
    share = run.right / run.cases if run.cases else 0.0
    passed = "Passed" if run.is_passed else "Not passed"
    return f"{passed}: {run.right:,} of {run.cases:,} right ({percent(share)}), {percent(run.pass_mark)} are needed"


def _add(
    session: Session,
    case: CaseView,
    said: FeedbackView,
    name: str,
    person: str,
    now: datetime,
    new_id: Callable[[], str],
) -> MemberView:
    golden_set = _set(session, case, name, person, now, new_id)
    before = _member(session, golden_set, case.id)
    if before and before.truth == said.truth:
        return before
    version = golden_set.version + 1
    if before:
        db.golden.remove_member(session, before.id, version)
    _next_version(session, golden_set)
    member = MemberView(
        id=new_id(),
        set_id=golden_set.id,
        case_id=case.id,
        server=case.server,
        model=case.model,
        truth_label=said.truth_label,
        truth_number=said.truth_number,
        truth_text=said.truth_text,
        added_in=version,
        created_at=now,
        person=person,
    )
    db.golden.add_member(session, member)
    _note(session, ADDED, case, person)
    return member


def _set(
    session: Session,
    case: CaseView,
    name: str,
    person: str,
    now: datetime,
    new_id: Callable[[], str],
) -> SetView:
    """The set of that name, locked; a new one where there is none."""
    found = db.golden.lock_set(session, case.server, case.model, name)
    if found:
        return found
    made = SetView(
        id=new_id(),
        server=case.server,
        model=case.model,
        name=name,
        pass_mark=PASS_MARK,
        near=NEAR,
        created_at=now,
        person=person,
    )
    db.golden.add_set(session, made)
    return made


def _next_version(session: Session, golden_set: SetView) -> None:
    db.golden.change_set(session, golden_set.id, version=golden_set.version + 1)


def _member(session: Session, golden_set: SetView, case_id: str) -> MemberView | None:
    members = db.golden.of_case(session, case_id)
    return next((each for each in members if each.set_id == golden_set.id), None)


def _note(session: Session, action: str, case: CaseView, person: str) -> None:
    append(
        session, action, [Record(kind="case", id=case.id)], person=person, workspace=case.workspace
    )


def _check_reviews(session: Session, server: str, model: str) -> None:
    if not scope_of(session).reviews(server, model):
        raise NotPermitted(f"Only reviewers of {server}/{model} may change its golden cases.")


def confirmed(session: Session, case_id: str, said: Sequence[FeedbackView]) -> FeedbackView | None:
    """The statement that says what is right: the decision between two readings, else one that nobody contradicts."""
    return _settled(said, db.review.decisions(session, [case_id]).get(case_id))


def _settled(said: Sequence[FeedbackView], deciding: str | None) -> FeedbackView | None:
    decided = next((each for each in said if each.id == deciding and _is_known(each)), None)
    return decided or _agreed(said)


def _confirmed(session: Session, case: CaseView) -> FeedbackView | None:
    said = [each for each in db.feedback.of_case(session, case.id) if each.is_current]
    return confirmed(session, case.id, said)


def _agreed(said: Sequence[FeedbackView]) -> FeedbackView | None:
    """The newest of these statements with a truth, unless two contradict each other."""
    known_truths = [each for each in said if _is_known(each)]
    if not known_truths or not all(is_same(vars(known_truths[0]), vars(each)) for each in said):
        return None
    return known_truths[0]


def _is_known(said: FeedbackView) -> bool:
    return said.judgement != "unsure" and said.truth is not None


def _problems(case: CaseView | None, name: str, said: FeedbackView | None) -> list[Problem]:
    """Everything for which a case cannot be golden."""
    if case is None:
        return [Problem(field="case", sentence="There is no such case.")]
    problems = []
    if not name:
        problems.append(Problem(field="name", sentence="A set of golden cases has a name."))
    if not case.is_answered:
        problems.append(Problem(field="case", sentence="The model gave no answer here."))
    elif said is None:
        sentence = "Nobody has said yet what is right here, or people disagree: settle that first."
        problems.append(Problem(field="case", sentence=sentence))
    if any(withheld(value) for value in case.inputs.values()):
        sentence = "Sensitive values of this case are not stored, so it cannot be asked again."
        problems.append(Problem(field="case", sentence=sentence))
    return problems
