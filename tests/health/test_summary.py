"""The condition of models, counted by the database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

import db.health_days
from db.durations import RELATIVE_ERROR
from db.engine import Sessions, limited, reading
from db.health import Selection
from db.scope import Models, Scope
from db.tables import PURPOSES
from feedback.submission import submit
from health import summary
from health.answer_times import MANY, NOTHING, SINGLY, times_words
from health.cohort import Cohort
from health.day_counts import fold
from health.overview import look
from health.summary import recent_series, summarise
from tests.recorded import FAILED, NOON, add_case, add_cases, case_of

DRAWN = {"is_audited": True, "audit_draw": 0.01}


def judge(sessions, case, judgement, person="ada", **said):
    key = f"{case.id}-{person}-{judgement}"
    return submit(sessions, case_id=case.id, person=person, judgement=judgement, key=key, **said)


def test_no_cases_no_rows(sessions):
    assert summarise(sessions) == []


def test_a_row_for_each_model_version_in_order(sessions):
    for server, model, version in [
        ("b", "m", "1"),
        ("a", "n", "2"),
        ("a", "n", "1"),
        ("a", "m", ""),
    ]:
        add_case(sessions, server=server, model=model, version=version)
    rows = summarise(sessions)
    assert [(row.server, row.model, row.version) for row in rows] == [
        ("a", "m", ""),
        ("a", "n", "1"),
        ("a", "n", "2"),
        ("b", "m", "1"),
    ]
    assert [row.server for row in summarise(sessions, model="m")] == ["a", "b"]
    assert len(summarise(sessions, server="a", model="n", cohort=Cohort(version="2"))) == 1


def test_errors_are_counted_by_outcome_and_rated_over_what_was_sent(sessions):
    cases = [case_of() for _ in range(6)] + [case_of(**FAILED) for _ in range(2)]
    cases += [case_of(**{**FAILED, "outcome": "invalid"}) for _ in range(4)]
    add_cases(sessions, *cases)
    (row,) = summarise(sessions)
    assert (row.cases, row.answered, dict(row.errors)) == (12, 6, {"failed": 2, "invalid": 4})
    assert (row.error_rate.count, row.error_rate.n, row.error_rate.value) == (2, 8, 0.25)
    assert str(row.error_rate) == "25 % (7–59 %), n=8"


def test_since_is_included_in_any_time_zone(sessions):
    east = timezone(timedelta(hours=9))
    add_case(sessions, created_at=NOON - timedelta(microseconds=1))
    add_case(sessions, created_at=NOON.astimezone(east))
    (row,) = summarise(
        sessions, cohort=Cohort(since=NOON.astimezone(timezone(timedelta(hours=-8))))
    )
    assert row.cases == 1
    assert row.last_case_at == NOON
    assert row.last_case_at.tzinfo == UTC


def test_feedback_is_counted_by_channel_and_judgement(sessions):
    drawn, plain = add_case(sessions, **DRAWN), add_case(sessions)
    judge(sessions, drawn, "correct")
    judge(sessions, plain, "incorrect")
    judge(sessions, plain, "incorrect", person="bob")
    judge(sessions, plain, "unsure", person="bob")
    (row,) = summarise(sessions)
    assert row.feedback == {
        "audit": {"correct": 1},
        "volunteered": {"incorrect": 1, "unsure": 1},
    }


def test_accuracy_comes_from_drawn_cases(sessions):
    drawn = add_cases(sessions, *[case_of(**DRAWN) for _ in range(12)])
    others = add_cases(sessions, *[case_of() for _ in range(20)])
    for place, case in enumerate(drawn):
        judge(sessions, case, "correct" if place < 9 else "incorrect")
    for case in others[:8]:
        judge(sessions, case, "incorrect")
    (row,) = summarise(sessions)
    assert (row.accuracy.n, row.accuracy.of, row.accuracy.enough) == (12, 32, True)
    # Nine of twelve; but at least eleven of thirty-two are known to be wrong.
    assert row.accuracy.value == pytest.approx(21 / 32)


def test_too_few_audited_cases_are_not_enough_evidence(sessions):
    for case in add_cases(sessions, *[case_of(**DRAWN) for _ in range(9)]):
        judge(sessions, case, "correct")
    add_case(sessions)
    (row,) = summarise(sessions)
    assert str(row.accuracy) == "9 of 9 drawn cases judged so far"


def test_of_several_opinions_the_reviewers_counts_then_the_newest(sessions):
    reviewed, newest, undecided = add_cases(sessions, *[case_of(**DRAWN) for _ in range(3)])
    judge(sessions, reviewed, "incorrect", "rev", channel="review", clock=lambda: NOON)
    judge(sessions, reviewed, "correct", "ada")
    judge(sessions, newest, "correct", "ada", clock=lambda: NOON)
    judge(sessions, newest, "incorrect", "bob", clock=lambda: NOON + timedelta(hours=1))
    judge(sessions, undecided, "correct", "ada", clock=lambda: NOON)
    judge(sessions, undecided, "unsure", "bob", clock=lambda: NOON + timedelta(hours=1))
    assert _verdicts(sessions) == {"incorrect": 2, "correct": 1}


def test_a_replaced_opinion_no_longer_counts(sessions):
    case = add_case(sessions)
    judge(sessions, case, "incorrect")
    judge(sessions, case, "correct")
    assert _verdicts(sessions) == {"correct": 1}
    judge(sessions, case, "unsure")
    assert _verdicts(sessions) == {None: 1}


def test_who_spoke_unasked_has_done_so_also_when_asked_later(sessions):
    case = add_case(sessions, **DRAWN)
    judge(sessions, case, "incorrect", channel="volunteered")
    judge(sessions, case, "correct", channel="audit")
    (count,) = _judged(sessions)
    assert (count.is_volunteered, count.judgement) == (True, "correct")


def test_latency_is_that_of_the_newest_days(sessions, monkeypatch):
    monkeypatch.setattr(summary, "LATENCY_SAMPLE", 100)
    old = [case_of(created_at=NOON - timedelta(days=1), seconds_total=60.0) for _ in range(5)]
    new = [case_of(seconds_total=n / 100) for n in range(1, 101)]
    add_cases(sessions, *old, *new, case_of(**FAILED, seconds_total=99.0))
    (row,) = summarise(sessions)
    assert row.latency.n == 100
    found = (row.latency.p50, row.latency.p95, row.latency.p99)
    assert found == pytest.approx((0.505, 0.9505, 0.9901), rel=RELATIVE_ERROR)


def test_without_answers_there_is_no_latency(sessions):
    add_case(sessions, **FAILED)
    (row,) = summarise(sessions)
    assert (row.latency, row.answered, row.accuracy.of) == (None, 0, 0)


@pytest.mark.parametrize(("by", "points"), [("hour", 49), ("day", 31)])
def test_a_series_has_no_gaps(sessions, by: str, points: int):
    add_cases(
        sessions,
        case_of(seconds_total=1.0),
        case_of(seconds_total=3.0, **FAILED),
        case_of(**{**FAILED, "outcome": "invalid"}, seconds_total=2.0),
        case_of(created_at=NOON - timedelta(days=90)),
    )
    series = recent_series(sessions, by=by, clock=lambda: NOON + timedelta(minutes=5))
    assert len(series) == points
    assert sum(point.cases for point in series) == 3
    last = series[-1]
    assert (last.cases, last.answered, last.errors, last.mean_seconds) == (3, 1, 1, 2.0)
    assert (series[0].cases, series[0].mean_seconds) == (0, None)


def test_a_day_begins_at_midnight_utc(sessions):
    west = timezone(timedelta(hours=-7))
    evening = datetime(2025, 5, 31, 18, tzinfo=west)  # it is June already in UTC
    add_case(sessions, created_at=evening)
    series = recent_series(sessions, by="day", clock=lambda: NOON)
    assert [point.start for point in series if point.cases] == [datetime(2025, 6, 1, tzinfo=UTC)]


def test_a_series_is_bounded(sessions):
    long_ago = datetime(1970, 1, 1, tzinfo=UTC)
    assert (
        len(recent_series(sessions, by="hour", cohort=Cohort(since=long_ago), clock=lambda: NOON))
        == 2_000
    )


def _judged(sessions):
    with reading(sessions) as session:
        counts = db.health_days.by_version(session, Selection(purposes=summary.ESTIMATED))
    return [count for count in counts if count.outcome == "answered"]


def _verdicts(sessions) -> dict[str | None, int]:
    return {count.judgement: count.cases for count in _judged(sessions)}


def test_each_figure_takes_the_purposes_that_it_names(sessions):
    """Of one case of each purpose: speed and errors are of what people asked, accuracy of what there really is."""
    for purpose in PURPOSES:
        case = add_case(sessions, purpose=purpose, audit_probability=0.5)
        submit(sessions, case_id=case.id, person="ada", judgement="correct", key=purpose)
    (row,) = summarise(sessions)
    assert row.cases == row.answered == len(summary.SERVED) == 5
    assert row.latency is not None
    assert row.latency.n == len(summary.TIMED) == 3  # nobody waits for what is asked again
    assert row.asked_again == 1
    assert row.row_latency is not None
    assert row.row_latency.n == len(summary.MANY_AT_ONCE) == 1
    assert sum(row.feedback["volunteered"].values()) == len(summary.ESTIMATED) == 3
    by_hour = recent_series(sessions, cohort=Cohort(since=NOON), by="hour", clock=lambda: NOON)
    assert sum(point.cases for point in by_hour) == 5
    assert sum(count.cases for count in _judged(sessions)) == 3


def test_every_purpose_that_is_named_is_one():
    assert set(summary.SERVED) <= set(PURPOSES)
    assert set(summary.ESTIMATED) <= set(PURPOSES)


def test_times_of_rows_are_never_among_those_of_people(sessions):
    """A row has the time of the whole request that it went in with others, and nobody waits for it."""
    few = [case_of(seconds_total=0.1) for _ in range(10)]
    rows = [case_of(seconds_total=5.0, purpose="batch") for _ in range(200)]
    add_cases(sessions, *few, *rows)
    found = look(sessions, "shelf", "penguins", clock=lambda: NOON)
    assert found.times.singly.n == 10
    assert found.times.singly.p95 == pytest.approx(0.1, rel=RELATIVE_ERROR)
    assert (found.times.rows.n, found.times.most) == (200, found.times.singly)
    assert found.times.rows.p50 == pytest.approx(5.0, rel=RELATIVE_ERROR)
    told = dict(times_words(found.times, "in 28 days"))
    assert list(told) == [SINGLY, MANY]
    assert told[SINGLY].endswith("of 10 answers in 28 days.")
    none = look(
        sessions, "shelf", "penguins", Cohort(until=NOON - timedelta(days=1)), clock=lambda: NOON
    )
    assert (none.times.most, times_words(none.times)) == (None, [(SINGLY, NOTHING)])


def test_rows_are_kept_until_something_changes_in_a_model(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement, a case, and a case of a model that is new; who sees one model alone gets rows of its own."""
    made = add_case(sessions)
    fold(sessions)
    before, worked_out = summarise(sessions), []
    read = summary._rows  # type: ignore[attr-defined]
    monkeypatch.setattr(summary, "_rows", lambda *of: worked_out.append(of) or read(*of))
    assert summarise(sessions) == before
    assert not worked_out
    submit(sessions, case_id=made.id, person="ada", judgement="correct", key="a")
    for _ in "ab":
        assert summarise(sessions)[0].feedback == {"volunteered": {"correct": 1}}
    fold(sessions)
    add_case(sessions, model="new")
    assert [row.model for row in summarise(sessions)] == ["new", "penguins"]
    fold(sessions)
    assert [[row.model for row in summarise(sessions)] for _ in "ab"] == [["new", "penguins"]] * 2
    assert len(worked_out) == 4
    stranger = Scope(person="eve", seen=(Models(server="other"),))
    assert summarise(limited(sessions, stranger)) == []
