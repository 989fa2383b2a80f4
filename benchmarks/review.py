"""Time that the review desk takes among many cases, and whether ten people at once clear a queue as one would.

`python -m benchmarks.review [--cases N]` fills a PostgreSQL of its own, as `benchmarks.cases` does: the newest 300 cases of each
of 50 models wait, but for the few that failed, and one in twenty of those before them was answered. Prints milliseconds, the median and the slowest, of what a
page of the desk asks and of a decision, with its entry in the trail and its row in the outbox. Each is checked against
what was filled in; then ten reviewers clear the queue of a model, and none of it may be lost or answered twice. Says where a
median is above its target, and fails there with `--strict`: a busy machine is slower.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import text

from benchmarks.cases import _NUMBERED, _NUMBERS, START, _database, _fill
from benchmarks.figures import record, right
from db.engine import Sessions, close, limited, make_sessions, writing
from db.migrate import migrate
from db.outbox import Target, routed
from db.scope import Models, Scope
from feedback import review_queue
from feedback.review_filling import fill

KIND, MODELS, EACH, REVIEWERS = "postgresql", 50, 300, 10
WAITING = MODELS * EACH
DECISION_MS, PAGE_MS = 150, 300
DECISIONS = 40
_ITEMS = """
INSERT INTO review_items (id, case_id, reading, server, model, created_at, expires_at, reason, detail, probability, draw,
  state, leased_by, leased_until, answered_by, answered_at, feedback_id)
{numbers}
SELECT {id}, {id}, 1, 'bank', 'model-' || (i % 50), {moment}, timestamptz '2999-01-01', 'audit', '', 0.1, 0.05,
  CASE WHEN {waits} THEN 'open' ELSE 'answered' END, '', NULL, CASE WHEN {waits} THEN '' ELSE 'reader-' || (i / 20 % 10) END,
  CASE WHEN {waits} THEN NULL ELSE {moment} END, NULL
FROM numbers WHERE i % 997 <> 0 AND ({waits} OR i / 50 % 20 = 0)
"""
_TERMS = {
    "numbers": _NUMBERS[KIND],
    "id": _NUMBERED[KIND],
    "moment": "timestamptz '2025-01-01 00:00:00+00' + i * interval '1 second'",
    "waits": f"i >= :count - {WAITING}",
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=40_000)
    parser.add_argument("--strict", action="store_true")
    chosen = parser.parse_args(arguments)
    if chosen.cases < 2 * WAITING:
        parser.error(f"--cases is at least {2 * WAITING}")
    with _database(KIND) as url:
        migrate(url)
        sessions = make_sessions(url)
        try:
            over = _measure(sessions, chosen.cases)
            right(not (over and chosen.strict), f"above the target: {', '.join(over)}")
        finally:
            close(sessions)


def _measure(sessions: Sessions, count: int) -> list[str]:
    """Everything in turn; the names of the figures that are above their target."""
    _fill(sessions, KIND, count)
    with writing(sessions) as session:
        statement = text(_ITEMS.format(**_TERMS))
        session.connection().execute(statement, {"count": count})
        session.connection().execute(text("ANALYZE"))
    now = START + timedelta(seconds=count)
    print(f"{count:,} cases, {KIND}{'':18}{'median ms':>10}{'slowest':>10}")
    over = [
        *_pages(sessions, count, now),
        *_decisions(sessions, count, now),
        *_clear(sessions, count, now),
    ]
    _refill(sessions, count, now)
    return over


def _desk(sessions: Sessions, person: str, model: str) -> Sessions:
    """What a reviewer of these models works with; each statement goes to a webhook as well."""
    of = (Models(server="bank", name=model),)
    theirs = limited(sessions, Scope(person=person, reader=person, seen=of, reviewed=of))
    return routed(theirs, [Target(name="hook", models=of)])


def _waiting(count: int) -> dict[tuple[str, str, str], int]:
    """How many wait, by server, model and reason: a case that failed has no answer to judge."""
    numbers = (i for i in range(count - WAITING, count) if i % 997)
    return Counter(("bank", f"model-{i % MODELS}", "audit") for i in numbers)


def _pages(sessions: Sessions, count: int, now: datetime) -> list[str]:
    """What a page asks: how many wait, the queue with its reasons, and the first of it for who asks."""
    over, all_of_them = [], _waiting(count)
    of_one = {key: number for key, number in all_of_them.items() if key[1] == "model-7"}
    for name, model, wait in (
        ("one model", "model-7", of_one),
        ("every model", "model-*", all_of_them),
    ):
        person, taken = "reader-0", []
        theirs = _desk(sessions, person, model)
        done = _done_today(sessions, person, model, now)
        for _ in range(7):
            began = time.perf_counter()
            counts = review_queue.counts(theirs, person, clock=lambda: now)
            found = review_queue.queue(theirs, person, all_counts=counts, clock=lambda: now)
            item = review_queue.take(theirs, person, found.items[0].id, clock=lambda: now)
            taken.append(_since(began))
            right(found.counts == counts == wait, "other numbers of cases wait")
            right(found.done_today == done, "another number was answered today")
            right(item and item.leased_by == person, "the first is not theirs")
            right(item and item.reason == "audit", "it waits for another reason")
            review_queue.give_back(theirs, person, item.id if item else "")
        over += _tell(f"a page of the desk, {name}", taken, count, PAGE_MS)
    return over


def _done_today(sessions: Sessions, person: str, model: str, now: datetime) -> int:
    where = "answered_by = :person AND model LIKE :model AND answered_at >= :since"
    since = now.replace(hour=0, minute=0, second=0, microsecond=0)
    given = {"person": person, "model": model.replace("*", "%"), "since": since}
    return _count(sessions, f"review_items WHERE {where}", **given)


def _decisions(sessions: Sessions, count: int, now: datetime) -> list[str]:
    theirs, taken = _desk(sessions, "one", "model-8"), []
    before = [_count(sessions, table) for table in ("audit_entries", "deliveries", "feedback")]
    for number in range(DECISIONS):
        item = review_queue.take_next(theirs, "one", clock=lambda: now)
        right(item, "nothing is next")
        began = time.perf_counter()
        _answer(theirs, "one", item.id if item else "", now)
        taken.append(_since(began))
        done = review_queue.last_answers(theirs, "one", 1)[0]
        right(item and done.item.id == item.id, f"decision {number} is of another item")
    after = [_count(sessions, table) for table in ("audit_entries", "deliveries", "feedback")]
    right(after == [n + DECISIONS for n in before], "a decision has another trail or outbox")
    return _tell("a decision", taken, count, DECISION_MS)


def _clear(sessions: Sessions, count: int, now: datetime) -> list[str]:
    """Ten at once, until nothing waits: what each decision took them, and that each item was answered once."""
    people = [f"reviewer-{number}" for number in range(REVIEWERS)]
    before, each = _count(sessions, "feedback"), _waiting(count)["bank", "model-9", "audit"]
    began = time.perf_counter()
    with ThreadPoolExecutor(REVIEWERS) as pool:
        work = [pool.submit(_work, _desk(sessions, who, "model-9"), who, now) for who in people]
        done = [decision for one in work for decision in one.result()]
    seconds = time.perf_counter() - began
    items = [item for item, _ in done]
    right(len(items) == len(set(items)) == each, f"{len(items)} answers to {each} items")
    closed = "review_items WHERE model = 'model-9' AND answered_by LIKE 'reviewer-%'"
    right(_count(sessions, closed) == each, "an answer is lost")
    right(_count(sessions, "feedback") == before + each, "an item was answered twice")
    where = "review_items i JOIN feedback f ON f.id = i.feedback_id AND f.person = i.answered_by"
    right(
        _count(sessions, f"{where} WHERE i.model = 'model-9'") == each,
        "an answer is somebody else's",
    )
    print(f"{REVIEWERS} people clear {each} items in {seconds:.1f} s")
    return _tell("a decision of one of ten at once", [ms for _, ms in done], count, None)


def _work(theirs: Sessions, person: str, now: datetime) -> list[tuple[str, float]]:
    done = []
    while item := review_queue.take_next(theirs, person, clock=lambda: now):
        began = time.perf_counter()
        _answer(theirs, person, item.id, now)
        done.append((item.id, _since(began)))
    return done


def _answer(theirs: Sessions, person: str, item_id: str, now: datetime) -> None:
    """Says that it is correct; nothing is drawn for a second reading, so that what waits is known."""
    said = review_queue.answer(
        theirs,
        item_id=item_id,
        person=person,
        judgement="correct",
        key=f"{person}-{item_id}",
        clock=lambda: now,
        random=lambda: 0.999,
    )
    right(said.person == person and said.judgement == "correct", "another answer was kept")


def _refill(sessions: Sessions, count: int, now: datetime) -> None:
    """What brings the queue of a model up to date, as a page does now and then."""
    theirs, before = _desk(sessions, "one", "model-7"), _count(sessions, "review_items")
    began = time.perf_counter()
    added = fill(theirs, clock=lambda: now)
    taken = _since(began)
    right(_count(sessions, "review_items") == before + added, "another number of items came in")
    _tell("filling the queue of a model", [taken], count, None)


def _count(sessions: Sessions, what: str, **given: object) -> int:
    with writing(sessions) as session:
        found = session.connection().execute(text(f"SELECT count(*) FROM {what}"), given)
        return int(found.scalar_one())


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _tell(name: str, taken: Sequence[float], count: int, most: int | None) -> list[str]:
    """Print and keep a figure; its name where it is above the target."""
    median, slowest = statistics.median(taken), max(taken)
    is_over = bool(most and median > most)
    aim = f"  target {most}{', above it' if is_over else ''}" if most else ""
    print(f"{name:42}{median:>10.1f}{slowest:>10.1f}{aim}", flush=True)
    record("review", f"{KIND}, {count:,}: {name}", median_ms=median, slowest_ms=slowest)
    return [name] if is_over else []


if __name__ == "__main__":
    main()
