"""What waits for a reviewer: why it is there, who has it, and that nobody is told what others said before their own word."""

from __future__ import annotations

import math
import random as chance
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

import db.review
from cases.history import history as steps
from cases.search import CaseFilter, search
from db.engine import Sessions, close, limited, make_sessions, reading, writing
from db.errors import OutOfScope
from db.scope import EVERYTHING, Models, Scope
from feedback import review_queue
from feedback.comments import comment
from feedback.errors import FeedbackRefused
from feedback.inbox import inbox
from feedback.review_filling import ask_for, fill
from feedback.review_queue import (
    ReviewFilter,
    answer,
    counts,
    last_answers,
    queue,
    take,
    take_next,
)
from feedback.review_rules import Rules, rules_of, set_rules
from feedback.submission import history, submit
from feedback.taking_back import take_back
from tests.recorded import NOON, NOT_THERE, add_case, add_cases, case_of

NOW = NOON + timedelta(days=1)
OURS = (Models(server="shelf", name="penguins"),)
ALL = Rules(second_share=0.0, uncertain_below=0.0, unlike=False, truth_days=0)
DRAWN = {"is_audited": True, "audit_draw": 0.05}


def clock():
    return NOW


def seen_by(sessions: Sessions, person: str, role: str = "reviewer") -> Sessions:
    reviewed = OURS if role != "analyst" else ()
    return limited(sessions, Scope(person=person, reader=person, seen=OURS, reviewed=reviewed))


def filled(sessions: Sessions, rules: Rules = ALL, person: str = "rita") -> Sessions:
    """Sessions of a reviewer, with what the rules ask for in the queue."""
    theirs = seen_by(sessions, person)
    set_rules(theirs, server="shelf", model="penguins", rules=rules, person=person, clock=clock)
    fill(theirs, clock=clock)
    return theirs


def reasons(sessions: Sessions, person: str = "rita") -> dict[str, str]:
    return {item.case_id: item.reason for item in queue(sessions, person, clock=clock).items}


def say(sessions: Sessions, person: str, judgement: str = "correct", **said: object):
    """Take what is next and answer it."""
    item = take_next(sessions, person, clock=clock)
    assert item
    said.setdefault("key", f"{person}-{item.id}")
    said.setdefault("random", lambda: 0.99)
    return answer(
        sessions, item_id=item.id, person=person, judgement=judgement, clock=clock, **said
    )


def test_each_reason_is_given_to_a_real_case(sessions: Sessions) -> None:
    usual = add_cases(sessions, *(case_of(audit_draw=0.99, unlike="") for _ in range(60)))
    drawn = add_case(sessions, **DRAWN)
    late = add_case(sessions, **DRAWN, created_at=NOW - timedelta(days=9))
    flagged = add_case(sessions, audit_draw=0.99)
    submit(sessions, case_id=flagged.id, person="ann", judgement="incorrect", key="flag")
    twice = add_case(sessions, audit_draw=0.99)
    add_case(
        sessions,
        parent_id=twice.id,
        version="v2",
        answer_label="Gentoo",
        purpose="replay",
        audit_draw=0.99,
    )
    close = {"kind": "class", "label": "Adelie", "probabilities": {"Adelie": 0.51, "Gentoo": 0.49}}
    uncertain = add_case(sessions, answer=close, audit_draw=0.99)
    words = "Bill is higher than in 344 earlier cases."
    unlike = add_case(sessions, unlike=words, audit_draw=0.99)
    sampled = add_case(sessions, audit_draw=0.1)
    failed = add_case(sessions, **DRAWN, outcome="failed", answer=None, answer_label=None)
    theirs = filled(sessions, Rules(rest_share=0.05, truth_days=7))

    found = reasons(theirs)
    assert found == {
        drawn.id: "audit",
        late.id: "overdue",
        flagged.id: "flagged",
        twice.id: "versions",
        uncertain.id: "uncertain",
        unlike.id: "unlike",
        sampled.id: "sample",
    }
    assert failed.id not in found
    assert not {case.id for case in usual} & set(found)
    wanted, waits = ReviewFilter(reason="audit"), counts(theirs, "rita", clock=clock)
    assert sum(waits.values()) == queue(theirs, "rita", clock=clock).count
    counted = queue(theirs, "rita", wanted, all_counts=waits, clock=clock)
    assert counted == queue(theirs, "rita", wanted, clock=clock)
    items = {item.case_id: item for item in queue(theirs, "rita", clock=clock).items}
    assert items[unlike.id].detail == words.removesuffix(".")
    assert items[uncertain.id].detail == "two answers are close"
    # By chance: what was logged when the case was asked, for the drawn ones and for the share of the rest.
    assert items[drawn.id].probability == pytest.approx(0.1 + 0.05 * 0.9)
    assert items[sampled.id].probability == items[drawn.id].probability
    assert items[sampled.id].draw == 0.1
    assert items[flagged.id].probability == 1.0
    # The most pressing first, and a second filling brings nothing.
    assert [i.reason for i in queue(theirs, "rita", clock=clock).items][:3] == [
        "flagged",
        "overdue",
        "audit",
    ]
    assert fill(theirs, clock=clock) == 0


@pytest.mark.slow
def test_two_readers_differ_and_a_third_decides(sessions: Sessions) -> None:
    case = add_case(sessions, **DRAWN)
    rita = filled(sessions, replace(ALL, second_share=0.1))
    bob, eve = seen_by(sessions, "bob"), seen_by(sessions, "eve")
    first = say(rita, "rita", "correct", random=lambda: 0.05)
    assert first.channel == "audit"
    assert reasons(rita) == {}
    assert reasons(bob, "bob") == {case.id: "second"}
    second = say(bob, "bob", "incorrect", truth="Gentoo")
    assert second.channel == "review"
    assert reasons(rita) == reasons(bob, "bob") == {}
    assert reasons(eve, "eve") == {case.id: "differ"}
    item = take_next(eve, "eve", clock=clock)
    assert item
    both = review_queue.two_readings(eve, item.id)
    assert [said.person for said in both] == ["rita", "bob"]
    # Who changes their mind in time spares the decision.
    mine = last_answers(bob, "bob")[0]
    answer(bob, item_id=mine.item.id, person="bob", judgement="correct", key="again", clock=clock)
    assert reasons(eve, "eve") == {}
    answer(bob, item_id=mine.item.id, person="bob", judgement="incorrect", key="no", clock=clock)
    decided = say(eve, "eve", "incorrect", truth="Gentoo")
    assert decided.channel == "review"
    assert queue(eve, "eve", clock=clock).count == 0


@pytest.mark.slow
def test_who_reviews_is_told_nothing_of_others_before_their_own_word(sessions: Sessions) -> None:
    case = add_case(sessions, **DRAWN, person="rita")
    rita = filled(sessions)
    bob = seen_by(sessions, "bob")
    key = {"case_id": case.id, "judgement": "incorrect"}
    submit(bob, **key, person="bob", truth="Gentoo", key="b")  # from the page of the case
    # That answered the first reading; a second is asked of rita, as if it had been drawn.
    drawn = replace(
        review_queue.item(bob, last_answers(bob, "bob")[0].item.id), id=NOT_THERE, reading=2
    )
    _add(sessions, replace(drawn, state="open", reason="second", answered_by="", feedback_id=None))
    comment(bob, case_id=case.id, person="bob", words="It is a Gentoo", key="c")

    def told(of: Sessions, person: str) -> str:
        return repr(
            (
                history(of, case.id),
                [step for step in steps(of, case) if step.item_id],
                search(of, CaseFilter()).feedback,
                [line.id for line in search(of, CaseFilter(judgement="incorrect")).lines],
                inbox(of, person, clock=clock),
            )
        )

    # Where nothing says who may see what, everybody operates everything, and is told no more.
    open_to_all = limited(sessions, replace(EVERYTHING, reader="rita"))
    for theirs in (rita, open_to_all):
        assert "bob" not in told(theirs, "rita")
        assert "Gentoo" not in told(theirs, "rita")
        assert case.id not in repr(search(theirs, CaseFilter(judgement="incorrect")).lines)
    assert "Gentoo" in told(seen_by(sessions, "bob"), "bob")
    assert "Gentoo" in told(limited(sessions, EVERYTHING), "")
    say(rita, "rita", "correct")
    for theirs in (rita, open_to_all):
        assert "bob" in told(theirs, "rita")


def _add(sessions: Sessions, item: object) -> None:
    with writing(sessions) as session:
        db.review.add(session, [item])


def test_a_case_is_in_front_of_one_person_for_some_minutes(sessions: Sessions) -> None:
    add_case(sessions, **DRAWN)
    rita, bob = filled(sessions), seen_by(sessions, "bob")
    item = take_next(rita, "rita", clock=clock)
    assert item
    assert item == take_next(rita, "rita", clock=clock)
    assert take_next(bob, "bob", clock=clock) is None
    assert take(bob, "bob", item.id, clock=clock) is None
    said = {"item_id": item.id, "judgement": "correct"}
    with pytest.raises(FeedbackRefused, match="Somebody else has this case"):
        answer(bob, **said, person="bob", key="b", clock=clock)
    later = NOW + timedelta(minutes=6)
    assert take_next(bob, "bob", clock=lambda: later)
    with pytest.raises(FeedbackRefused):
        answer(rita, **said, person="rita", key="r", clock=lambda: later)
    review_queue.give_back(bob, "bob", item.id)
    answer(rita, **said, person="rita", key="r", clock=lambda: later)
    assert last_answers(rita, "rita")[0].feedback.judgement == "correct"
    assert queue(rita, "rita", clock=lambda: later).done_today == 1


def test_what_nobody_answers_in_time_expires_and_a_drawn_case_is_asked_once_more(
    sessions: Sessions,
) -> None:
    case = add_case(sessions, **DRAWN)
    rita = filled(sessions)
    later = NOW + timedelta(days=15)
    assert queue(rita, "rita", clock=lambda: later).count == 0
    set_rules(
        rita, server="shelf", model="penguins", rules=replace(ALL, truth_days=7), person="rita"
    )
    fill(rita, clock=lambda: later)
    assert [i.reason for i in queue(rita, "rita", clock=lambda: later).items] == ["overdue"]
    # Its asker answers it beside the answer: it is done, though they review nothing.
    ann = seen_by(sessions, "ada", "analyst")
    submit(ann, case_id=case.id, person="ada", judgement="unsure", key="u")
    assert queue(rita, "rita", clock=lambda: later).count == 1
    submit(ann, case_id=case.id, person="ada", judgement="correct", key="c")
    assert queue(rita, "rita", clock=lambda: later).count == 0


def test_chosen_drawn_cases_come_before_reviewers_whatever_the_rules_say(
    sessions: Sessions,
) -> None:
    late = add_case(sessions, **DRAWN, version="v2")
    rita = filled(sessions)
    later = NOW + timedelta(days=15)
    silent = replace(ALL, audit=False, flagged=False)
    set_rules(rita, server="shelf", model="penguins", rules=silent, person="rita")
    wanted = add_case(sessions, **DRAWN, version="v2", created_at=later - timedelta(days=1))
    add_case(sessions, **DRAWN, version="v1", created_at=later - timedelta(days=1))
    add_case(sessions, audit_draw=0.99, version="v2", created_at=later - timedelta(days=1))
    known = add_case(sessions, **DRAWN, version="v2")
    submit(sessions, case_id=known.id, person="ada", judgement="correct", key="known")
    fill(rita, clock=lambda: later)
    assert queue(rita, "rita", clock=lambda: later).count == 0
    of_version = CaseFilter(server="shelf", model="penguins", version="v2")
    analyst = seen_by(sessions, "ada", "analyst")
    assert ask_for(analyst, of_version, clock=lambda: later) == 0
    assert ask_for(rita, of_version, clock=lambda: later) == 2
    assert ask_for(rita, of_version, clock=lambda: later) == 0
    chosen = queue(rita, "rita", ReviewFilter(cases=of_version), clock=lambda: later)
    assert {item.case_id for item in chosen.items} == {late.id, wanted.id}
    assert chosen.count == 2
    other = ReviewFilter(cases=replace(of_version, version="v1"))
    assert queue(rita, "rita", other, clock=lambda: later).count == 0


def test_what_is_taken_back_waits_again_in_front_of_who_said_it(sessions: Sessions) -> None:
    case = add_case(sessions, **DRAWN)
    rita, bob = filled(sessions, replace(ALL, second_share=0.5)), seen_by(sessions, "bob")
    said = say(rita, "rita", "incorrect", truth="Gentoo")  # no second reading is drawn
    assert queue(rita, "rita", clock=clock).done_today == 1
    back = {"case_id": case.id, "person": "rita", "key": "undo", "clock": clock}
    gone = take_back(rita, **back)
    assert take_back(rita, **back) == gone  # a second press takes nothing else back
    assert gone.replaces == said.id
    assert steps(rita, case)[0].what == "Took the judgement back"
    (row,) = last_answers(rita, "rita")
    assert (row.case.id, row.is_taken_back) == (case.id, True)
    waits = queue(rita, "rita", clock=clock)
    assert (waits.count, waits.done_today) == (1, 0)
    assert queue(bob, "bob", clock=clock).count == 0
    # Who says nothing any more is told nothing of others.
    comment(bob, case_id=case.id, person="bob", words="It is a Gentoo", key="b", clock=clock)
    assert "bob" not in {step.person for step in steps(rita, case)}
    later = NOW + timedelta(minutes=6)
    assert queue(bob, "bob", clock=lambda: later).count == 1
    say(rita, "rita", "correct", key="anew", random=lambda: 0.0)
    assert [each.is_taken_back for each in last_answers(rita, "rita")] == [False]
    # One draw for a reading, however often it is given; what was said before holds again after a change.
    assert queue(bob, "bob", clock=lambda: later).count == 0
    again = last_answers(rita, "rita")[0]
    answer(rita, item_id=again.item.id, person="rita", judgement="unsure", key="c", clock=clock)
    held = take_back(rita, **{**back, "key": "undo change"})
    assert held.judgement == "correct"
    assert not last_answers(rita, "rita")[0].is_taken_back
    # A second reading that was drawn stays for somebody else.
    twice = add_case(sessions, **DRAWN)
    fill(rita, clock=clock)
    say(rita, "rita", "correct", random=lambda: 0.05)
    take_back(rita, **{**back, "case_id": twice.id, "key": "undo twice"})
    assert [item.reading for item in queue(rita, "rita", clock=clock).items] == [1]
    assert [item.reading for item in queue(bob, "bob", clock=clock).items] == [2]


def test_an_analyst_has_no_queue_and_writes_no_rules(sessions: Sessions) -> None:
    add_case(sessions, **DRAWN)
    filled(sessions)
    ann = seen_by(sessions, "ada", "analyst")
    assert fill(ann, clock=clock) == 0
    assert queue(ann, "ada", clock=clock).count == 0
    assert take_next(ann, "ada", clock=clock) is None
    with pytest.raises(OutOfScope):
        set_rules(ann, server="shelf", model="penguins", rules=ALL, person="ada")
    with pytest.raises(FeedbackRefused, match="no such case"):
        answer(ann, item_id=NOT_THERE, person="ada", judgement="correct", key="k")


def test_rules_are_kept_and_wrong_ones_refused(sessions: Sessions) -> None:
    rita = seen_by(sessions, "rita")
    wanted = replace(ALL, rest_share=0.05, instructions=" Look at the bill. ")
    set_rules(rita, server="shelf", model="penguins", rules=wanted, person="rita")
    assert rules_of(rita, "shelf", "penguins") == replace(wanted, instructions="Look at the bill.")
    assert rules_of(rita, "shelf", "other") == Rules()
    for wrong in ({"rest_share": 5.0}, {"days": 0}, {"lease_minutes": 999}):
        with pytest.raises(FeedbackRefused):
            set_rules(rita, server="shelf", model="penguins", rules=Rules(**wrong), person="rita")
    assert (
        queue(rita, "rita", ReviewFilter(reason="audit", cases=CaseFilter(version="v1"))).count == 0
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("audit", "rest", "told"), [(0.1, 0.05, 6), (0.02, 0.2, 1), (0.3, 0.0, 20)]
)
def test_what_is_stored_is_enough_to_recover_the_accuracy(
    sqlite_url: str, audit: float, rest: float, told: int
) -> None:
    """However many more wrong answers analysts report than right ones, and whatever is drawn."""
    sessions, random = make_sessions(sqlite_url), chance.Random(f"{audit} {rest}")
    cases, wrong = [], set()
    for _ in range(900):
        draw = random.random()
        case = case_of(audit_probability=audit, audit_draw=draw, is_audited=draw < audit)
        cases.append(case)
        if random.random() < 0.2:
            wrong.add(case.id)
    add_cases(sessions, *cases)
    for case in cases:
        if random.random() < 0.02 * (told if case.id in wrong else 1):
            judged = "incorrect" if case.id in wrong else "correct"
            submit(sessions, case_id=case.id, person="ann", judgement=judged, key=case.id)
    reviewers = limited(sessions, replace(EVERYTHING, reader="rita"))
    rules = replace(ALL, rest_share=rest)
    set_rules(reviewers, server="shelf", model="penguins", rules=rules, person="rita")
    while fill(reviewers, clock=clock):
        pass

    with reading(sessions) as session:
        weights = {
            case.id: [1 / item.probability for item in db.review.of_case(session, case.id)]
            for case in cases
        }
    close(sessions)
    # Drawn ones that their asker has judged count as well: the draw was the same.
    chance_of = audit + rest * (1 - audit)
    judged = {case.id for case in cases if case.is_audited and not weights[case.id]}
    total = {
        id_: (found or ([1 / chance_of] if id_ in judged else [0.0]))[0]
        for id_, found in weights.items()
    }
    estimate = sum(weight for id_, weight in total.items() if id_ not in wrong) / sum(
        total.values()
    )
    spread = math.sqrt(sum((w * ((id_ not in wrong) - estimate)) ** 2 for id_, w in total.items()))
    truth = 1 - len(wrong) / len(cases)
    assert abs(estimate - truth) < 3 * spread / sum(total.values())
    assert spread / sum(total.values()) < 0.08


@pytest.mark.slow
def test_ten_reviewers_at_once_answer_each_case_once(sessions: Sessions) -> None:
    add_cases(sessions, *(case_of(**DRAWN) for _ in range(40)))
    filled(sessions)

    def work(person: str) -> list[str]:
        theirs, done = seen_by(sessions, person), []
        while item := take_next(theirs, person, clock=clock):
            said = answer(
                theirs,
                item_id=item.id,
                person=person,
                judgement="correct",
                key=f"{person}-{item.id}",
                clock=clock,
                random=lambda: 0.99,
            )
            done.append(said.case_id)
        return done

    with ThreadPoolExecutor(10) as pool:
        done = [case for each in pool.map(work, [f"r{n}" for n in range(10)]) for case in each]
    assert len(done) == len(set(done)) == 40
