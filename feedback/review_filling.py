"""Puts cases before reviewers, by the rules of their model: each with the reason, and the chance it had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import db.case_search
import db.review
import db.review_candidates
from db.case_search import CaseFilter
from db.cases import GENUINE
from db.engine import Session, Sessions, reading, writing
from db.ids import new_id as make_id
from db.ids import utc_now
from db.review import FIRST, ItemView
from db.review_candidates import Candidate, Candidates
from feedback.review_rules import Rules, rules_in

# Numbers of two versions that differ by more than this, as a share, disagree.
FAR = 0.1
# So many of the newest cases are looked through for answers and inputs that are unusual.
_LOOKED_AT = 400
_OVERDUE_DAYS = 90
# Of what is wanted so many are put before reviewers at once.
_MOST_ASKED_FOR = 1_000


def fill(
    sessions: Sessions,
    *,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> int:
    """Bring the queue up to date, for the models that who asks reviews; how many items came in.

    What is over time expires. A case comes once; nothing is drawn again. Raises StorageError.
    """
    now = clock()
    with reading(sessions) as session:
        found = db.review.models(session, now - timedelta(days=_OVERDUE_DAYS))
    count = 0
    for server, model in found:  # a transaction each: nobody waits long for SQLite's one writer
        with writing(sessions) as session:
            rules = rules_in(session, server, model)
            count += _fill(session, server, model, rules, now, new_id)
    with writing(sessions) as session:
        db.review.expire(session, now)
    return count


def ask_for(
    sessions: Sessions,
    wanted: CaseFilter,
    *,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> int:
    """Put drawn cases of a model before its reviewers that the rules do not ask for, or that nobody read in time: somebody wants to know
    of exactly these. How many came in; none for who does not review the model. Raises StorageError."""
    server, model, now = wanted.server, wanted.model, clock()
    with writing(sessions) as session:
        rules = rules_in(session, server, model)
        make = partial(_item, server=server, model=model, rules=rules, now=now, new_id=new_id)
        of_time = Candidates(
            server=server,
            model=model,
            purposes=GENUINE,
            since=wanted.since or datetime.fromtimestamp(0, UTC),
            until=now,
            limit=_MOST_ASKED_FOR,
        )
        chosen = db.review_candidates.is_drawn()
        chosen &= db.review_candidates.is_one_of(db.case_search.chosen(session, wanted))
        cases = db.review_candidates.candidates(session, of_time, chosen)
        items = [
            make(case, "audit", probability=case.audit_probability, draw=case.audit_draw)
            for case in cases
        ]
        late = db.review_candidates.waiting_cases(session, of_time, chosen)
        expires_at = now + timedelta(days=rules.days)
        added = db.review.add(session, items)
        return len(added) + db.review_candidates.renew(session, late, now, expires_at)


def _fill(
    session: Session,
    server: str,
    model: str,
    rules: Rules,
    now: datetime,
    new_id: Callable[[], str],
) -> int:
    count, make = 0, partial(_item, server=server, model=model, rules=rules, now=now, new_id=new_id)
    since = now - timedelta(days=rules.days)
    wanted = Candidates(server=server, model=model, purposes=GENUINE, since=since)
    count += _overdue(session, rules, wanted, now, make)
    for reason, probability, condition in _conditions(rules):
        cases = db.review_candidates.candidates(session, wanted, condition)
        items = [
            make(case, reason, probability=probability(case), draw=case.audit_draw)
            for case in cases
        ]
        count += len(db.review.add(session, items))
    return count + len(db.review.add(session, _unusual(session, rules, wanted, make)))


def _conditions(rules: Rules) -> Iterator[tuple[str, Callable[[Candidate], float], Any]]:
    """What the database can tell: the reason, the chance that a case had, and the condition; the most pressing first."""
    if rules.flagged:
        yield "flagged", _certain, db.review_candidates.is_flagged()
    if rules.audit:
        yield "audit", partial(_chance, rules), db.review_candidates.is_drawn()
    if rules.versions:
        yield "versions", _certain, db.review_candidates.is_answered_otherwise(FAR)
    if rules.rest_share > 0:
        yield "sample", partial(_chance, rules), db.review_candidates.is_sampled(rules.rest_share)


def _chance(rules: Rules, case: Candidate) -> float:
    """With which chance a case comes in that nothing else speaks for: by the draw for audit, or the share of the rest."""
    drawn = case.audit_probability if rules.audit else 0.0
    return float(drawn + rules.rest_share * (1 - case.audit_probability))


def _overdue(
    session: Session, rules: Rules, wanted: Candidates, now: datetime, make: Callable[..., ItemView]
) -> int:
    """Drawn cases that wait for their truth for too long: those that nobody was asked about, and those that nobody
    answered in time, who are asked once more."""
    if not rules.truth_days:
        return 0
    late = replace(
        wanted,
        since=now - timedelta(days=_OVERDUE_DAYS),
        until=now - timedelta(days=rules.truth_days),
    )
    condition = db.review_candidates.is_without_truth()
    cases = db.review_candidates.candidates(session, late, condition)
    new = [make(c, "overdue", probability=_chance(rules, c), draw=c.audit_draw) for c in cases]
    added = len(db.review.add(session, new))
    waiting = db.review_candidates.waiting_cases(session, late, condition)
    expires_at = now + timedelta(days=rules.days)
    return added + db.review.reopen(session, waiting, "overdue", expires_at)


def _unusual(
    session: Session, rules: Rules, wanted: Candidates, make: Callable[..., ItemView]
) -> Iterator[ItemView]:
    """Cases whose answer is hardly certain, or whose inputs were unlike those before them when they were asked."""
    if not (rules.uncertain_below or rules.unlike):
        return
    newest = replace(wanted, limit=_LOOKED_AT)
    cases = list(reversed(db.review_candidates.candidates(session, newest)))
    for case in cases:
        if words := _uncertain(case.answer or {}, rules.uncertain_below):
            yield make(case, "uncertain", detail=words)
        elif rules.unlike and case.unlike:
            yield make(case, "unlike", detail=case.unlike.removesuffix("."))


def _uncertain(answer: dict[str, Any], below: float) -> str:
    """In a few words how close the first two answers are; empty where the first is certain enough."""
    shares = sorted((answer.get("probabilities") or {}).values(), reverse=True)
    if answer.get("kind") != "class" or len(shares) < 2 or shares[0] >= below:
        return ""
    return "two answers are close" if shares[0] - shares[1] < 0.1 else "no answer is likely"


def _certain(_case: Candidate) -> float:
    return 1.0


def _item(
    case: Candidate,
    reason: str,
    *,
    server: str,
    model: str,
    rules: Rules,
    now: datetime,
    new_id: Callable[[], str],
    detail: str = "",
    probability: float = 1.0,
    draw: float | None = None,
) -> ItemView:
    return ItemView(
        id=new_id(),
        case_id=case.id,
        reading=FIRST,
        server=server,
        model=model,
        created_at=now,
        expires_at=now + timedelta(days=rules.days),
        reason=reason,
        detail=detail,
        probability=probability,
        draw=draw,
    )
