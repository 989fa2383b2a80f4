"""The reviews of the demonstration: drawn cases that two reviewers read, who do not always agree."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from random import Random

import db.review
import db.review_dates
from db.cases import CaseView
from db.engine import Sessions, reading, writing
from db.ids import id_at
from db.review import FIRST, ItemView
from demonstration.timeline import Timeline
from feedback.errors import AlreadyRecorded
from feedback.review_filling import fill
from feedback.review_queue import answer
from feedback.review_rules import Rules, rules_of, set_rules

REVIEWERS = ("reviewer-1", "reviewer-2")
RULES = Rules(
    second_share=0.15,
    rest_share=0.02,
    days=30,
    instructions="Judge from the inputs alone, as a careful colleague would. If two answers are equally good, choose "
    "“Can't tell”.",
)
# How often a second reader comes to the same, and whether they have got to it yet.
_SAME, _READ = 0.95, 0.85


def begin(sessions: Sessions, server: str, model: str, at: datetime, of_ids: Random) -> None:
    """The rules of a model, as its reviewers wrote them before its first case."""
    if rules_of(sessions, server, model) == Rules():
        set_rules(
            sessions,
            server=server,
            model=model,
            rules=RULES,
            person=REVIEWERS[0],
            clock=lambda: at,
            new_id=lambda: id_at(at, of_ids),
        )


def ask(sessions: Sessions, cases: Sequence[tuple[CaseView, Random]]) -> dict[str, str]:
    """Drawn cases come before the reviewers as soon as they are there; the ids of their items, which are drawn with what stands beside
    each case, by case."""
    items = [_item(case, of_ids) for case, of_ids in cases]
    with writing(sessions) as session:
        found = {item.case_id: item.id for item in db.review.add(session, items)}
        for case, _ in cases:  # of what was cut off an item may be there
            if case.id not in found:
                found[case.id] = db.review.of_case(session, case.id)[0].id
    return found


def _item(case: CaseView, of_ids: Random) -> ItemView:
    return ItemView(
        id=id_at(case.created_at, of_ids),
        case_id=case.id,
        reading=FIRST,
        server=case.server,
        model=case.model,
        created_at=case.created_at,
        expires_at=case.created_at + timedelta(days=RULES.days),
        reason="audit",
        detail="",
        probability=case.audit_probability,
        draw=case.audit_draw,
    )


def read(
    sessions: Sessions,
    case: CaseView,
    item_id: str,
    said: dict[str, object],
    at: datetime,
    chances: tuple[Random, Random],
    timeline: Timeline,
) -> None:
    """Let one reviewer say this, and where the case is drawn for it, the other read it again hours later. `chances` are for what
    they do, and for ids."""
    random, of_ids = chances
    first, second = random.sample(REVIEWERS, 2)
    is_same, is_read, hours = (
        random.random() < _SAME,
        random.random() < _READ,
        random.uniform(2, 40),
    )
    again: dict[str, object] = {
        "judgement": "correct" if said["judgement"] == "incorrect" else "incorrect"
    }

    def read_again() -> None:
        for each in _open(sessions, case)[:1]:
            _say(sessions, each.id, second, said if is_same else again, later, random, of_ids)

    later = at + timedelta(hours=hours)
    timeline.add(at, partial(_say, sessions, item_id, first, said, at, random, of_ids))
    if is_read:
        timeline.add(later, read_again)


def _open(sessions: Sessions, case: CaseView) -> list[ItemView]:
    """The readings of a case that wait: after the first, the second where it was drawn."""
    with reading(sessions) as session:
        found = db.review.of_case(session, case.id)
    return [each for each in found if each.state == "open" and each.reading != FIRST]


def finish(sessions: Sessions, until: datetime) -> None:
    """What the rules ask for at the end of the history, as old as what asks for it; what nobody answered in time has expired."""
    fill(sessions, clock=lambda: until)
    with writing(sessions) as session:
        db.review_dates.date_back(session, until)
        db.review.expire(session, until)


def _say(
    sessions: Sessions,
    item_id: str,
    person: str,
    said: dict[str, object],
    at: datetime,
    random: Random,
    of_ids: Random,
) -> None:
    with suppress(AlreadyRecorded):
        answer(
            sessions,
            item_id=item_id,
            person=person,
            key=f"demonstration-{item_id}",
            clock=lambda: at,
            new_id=lambda: id_at(at, of_ids),
            random=random.random,
            **said,  # type: ignore[arg-type]
        )
