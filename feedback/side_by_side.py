"""Two versions side by side on the same inputs: which answer is better, said by who does not see which version gave it.

The cases are those that several versions answered: golden runs, cases that were asked again, and pairs that a job makes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scipy.stats import binomtest

import db.cases
import db.comparisons
from audit_log.chain import Record, append
from db.cases import CaseView
from db.comparisons import CHOICES, ComparisonView
from db.engine import Session, Sessions, reading, writing
from db.errors import StorageError
from db.ids import is_id, utc_now
from db.ids import new_id as make_id
from db.person import known
from db.scope import scope_of
from feedback.errors import AlreadyRecorded, FeedbackNotRecorded, FeedbackRefused
from feedback.readings import Random, system_random
from mds_client.errors import Problem
from people.errors import NotPermitted

ACTION = "side-by-side"
# So many of the newest cases that ask another again are looked through.
MOST = 5_000
Versions = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A pair as it is put in front of somebody: what was entered, and two answers as plain data. Which version gave which
    is not in it."""

    id: str
    case: CaseView
    left: Mapping[str, object]
    right: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What people chose between two versions, each pair of cases once: the majority of those who compared it.

    `p` is of the exact two-sided sign test that neither is better, `low` and `high` the exact 95 % interval (Clopper and
    Pearson) of the share of pairs with a better one in which it is the second; None where no pair has one.
    """

    versions: Versions
    first: int = 0
    second: int = 0
    equal: int = 0
    neither: int = 0
    people: int = 0
    p: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def decided(self) -> int:
        """The pairs in which one was better: the n of the test."""
        return self.first + self.second

    @property
    def pairs(self) -> int:
        return self.decided + self.equal + self.neither


def versions_of(sessions: Sessions, server: str, model: str) -> dict[Versions, int]:
    """The versions that answered the same cases, two by two, and how many cases; most cases first. Raises StorageError."""
    with reading(sessions) as session:
        answers = db.comparisons.answers_of_versions(session, server, model, MOST)
    counts: dict[Versions, int] = {}
    for by_version in answers.values():
        names = sorted(by_version)
        for place, one in enumerate(names):
            for other in names[place + 1 :]:
                counts[one, other] = counts.get((one, other), 0) + 1
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def next_pair(
    sessions: Sessions,
    *,
    server: str,
    model: str,
    versions: Versions,
    person: str,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
    random: Random = system_random,
) -> Shown | None:
    """The pair that a person has in front of them, else one that they have not compared, with which is at the left drawn by
    chance and kept; None where they have compared all. Raises NotPermitted and StorageError."""
    person = known(person)
    with writing(sessions) as session:
        _check_reviews(session, server, model)
        known_pairs = db.comparisons.of_person(session, server, model, person)
        own = [each for each in known_pairs if _versions(each) == versions]
        drawn = next((each for each in own if each.choice is None), None)
        if drawn is None:
            pair = _unseen(session, server, model, versions, own)
            if pair is None:
                return None
            draw = random()
            left, right = (0, 1) if draw < 0.5 else (1, 0)
            drawn = ComparisonView(
                id=new_id(),
                server=server,
                model=model,
                left_id=pair[left],
                right_id=pair[right],
                left_version=versions[left],
                right_version=versions[right],
                draw=draw,
                drawn_at=clock(),
                person=person,
            )
            db.comparisons.add(session, drawn)
        cases = db.cases.by_ids(session, [drawn.left_id, drawn.right_id])
    return _shown(drawn, cases)


def answer(
    sessions: Sessions,
    *,
    comparison_id: str,
    person: str,
    choice: str,
    clock: Callable[[], datetime] = utc_now,
) -> ComparisonView:
    """Keep which is better; what comes back says which version was which. The same again changes nothing.

    Raises FeedbackRefused for what is no choice and for a pair that was put in front of somebody else, AlreadyRecorded
    where another choice was made, and FeedbackNotRecorded.
    """
    if choice not in CHOICES:
        raise _refused(f"Which is better is one of {', '.join(CHOICES)}; not {choice!r}.")
    try:
        with writing(sessions) as session:
            found = db.comparisons.by_id(session, comparison_id) if is_id(comparison_id) else None
            if found is None or found.person != known(person):
                raise _refused("This pair was not put in front of you.")
            if db.comparisons.choose(session, found.id, choice, clock()):
                note = Record(kind="comparison", id=found.id)
                append(session, ACTION, [note], person=found.person)
            elif found.choice != choice:
                raise AlreadyRecorded(f"You said {found.choice} of this pair before.")
            kept = db.comparisons.by_id(session, found.id)
    except StorageError as error:
        raise FeedbackNotRecorded(str(error)) from error
    return kept or found


def result(sessions: Sessions, server: str, model: str, versions: Versions) -> Result:
    """What people chose between two versions so far. Raises StorageError."""
    with reading(sessions) as session:
        given = db.comparisons.answered(session, server, model)
    said = [each for each in given if _versions(each) == versions]
    by_pair: dict[frozenset[str], list[str]] = {}
    for each in said:
        by_pair.setdefault(frozenset((each.left_id, each.right_id)), []).append(
            _better(each, versions)
        )
    outcomes = [_majority(choices) for choices in by_pair.values()]
    found = Result(
        versions=versions,
        first=outcomes.count("first"),
        second=outcomes.count("second"),
        equal=outcomes.count("equal"),
        neither=outcomes.count("neither"),
        people=len({each.person for each in said}),
    )
    return _tested(found)


def _tested(found: Result) -> Result:
    if not found.decided:
        return found
    test = binomtest(found.second, found.decided, 0.5)
    interval = test.proportion_ci(0.95, method="exact")
    return replace(found, p=float(test.pvalue), low=float(interval.low), high=float(interval.high))


def _versions(each: ComparisonView) -> Versions:
    first, second = sorted((each.left_version, each.right_version))
    return first, second


def _better(each: ComparisonView, versions: Versions) -> str:
    """The choice, by version and not by side."""
    sides = {"left": each.left_version, "right": each.right_version}
    choice = str(each.choice)
    if choice not in sides:
        return choice
    return "first" if sides[choice] == versions[0] else "second"


def _majority(choices: Sequence[str]) -> str:
    """What most say of a pair; equal where as many say the one as the other."""
    lead = choices.count("second") - choices.count("first")
    if lead:
        return "second" if lead > 0 else "first"
    is_neither = choices.count("neither") > len(choices) / 2
    return "neither" if is_neither else "equal"


def _unseen(
    session: Session, server: str, model: str, versions: Versions, own: Sequence[ComparisonView]
) -> tuple[str, str] | None:
    """The ids of the newest cases of the two versions on the same inputs that a person has not compared."""
    seen = {frozenset((each.left_id, each.right_id)) for each in own}
    answers = db.comparisons.answers_of_versions(session, server, model, MOST)
    for by_version in answers.values():
        if all(version in by_version for version in versions):
            pair = by_version[versions[0]], by_version[versions[1]]
            if frozenset(pair) not in seen:
                return pair
    return None


def _shown(drawn: ComparisonView, cases: Mapping[str, CaseView]) -> Shown | None:
    """Nothing of a pair tells which version answered what. None where a case is gone."""
    left, right = cases.get(drawn.left_id), cases.get(drawn.right_id)
    if left is None or right is None:
        return None
    # The first of both was asked by a person, with all that they entered.
    asked = min(left, right, key=lambda each: each.created_at)
    return Shown(
        id=drawn.id,
        case=replace(asked, version="", version_asked="", answer=None, url=""),
        left=left.answer or {},
        right=right.answer or {},
    )


def _check_reviews(session: Session, server: str, model: str) -> None:
    if not scope_of(session).reviews(server, model):
        raise NotPermitted(f"Only reviewers of {server}/{model} may compare its versions.")


def _refused(sentence: str) -> FeedbackRefused:
    return FeedbackRefused([Problem(field="choice", sentence=sentence)])
